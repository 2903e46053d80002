/** Version of this library, as in its package.json. */
export const VERSION = '1.0.0';
