declare const config: { forbidden: { name: string }[] };
export default config;
/** From the ground up; the rooms of a layer are separated by `|`. */
export declare const API_LAYERS: readonly string[];
export declare const featurePattern: RegExp;
export declare const vocabularyPattern: RegExp;
