-- What every process must count together. `failed_logins` and `locked_until` of usuarios stay for the
-- version before this one, which may run beside it during an update.

create table login_failures (
  email_hash text primary key,
  failures smallint not null,
  forget_at timestamptz(3) not null
);
--> statement-breakpoint
create index login_failures_forget_at on login_failures (forget_at);
--> statement-breakpoint
-- Written with each counted request and worth nothing a minute later: no write-ahead log.
create unlogged table rate_limits (
  key text primary key,
  full_again_at timestamptz(6) not null
);
--> statement-breakpoint
create index rate_limits_full_again_at on rate_limits (full_again_at);
--> statement-breakpoint
create index sesiones_expires_at on sesiones (expires_at);
