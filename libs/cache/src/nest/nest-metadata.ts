/**
 * Metadata keys that Nest's decorators write. Nest exports them from another path in each major
 * version; the values are the same in all of them, which a test compares.
 */
export const METHOD_METADATA = 'method';
export const INTERCEPTORS_METADATA = '__interceptors__';
export const RENDER_METADATA = '__renderTemplate__';
export const REDIRECT_METADATA = '__redirect__';
export const RESPONSE_PASSTHROUGH_METADATA = '__responsePassthrough__';
export const ROUTE_ARGS_METADATA = '__routeArguments__';
export const SSE_METADATA = '__sse__';

/** Kinds of handler parameters, with the numbers of Nest's `RouteParamtypes`. */
export const ROUTE_PARAMETERS = { RESPONSE: 1, NEXT: 2 } as const;
