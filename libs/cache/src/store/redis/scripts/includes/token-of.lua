-- token_of(head): the token of a lease.
local function token_of(head) return string.sub(head, TOKEN_FIRST, TOKEN_LAST) end
