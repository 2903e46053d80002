declare const config: { forbidden: { name: string }[] };
export default config;
export declare const featurePattern: RegExp;
export declare const vocabularyPattern: RegExp;
