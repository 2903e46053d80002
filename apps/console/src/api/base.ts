/** Where the API lives: beside the console, also below the path prefix of a proxy. */
export const API = new URL('../api/v1/', document.baseURI);
