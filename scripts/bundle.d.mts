// Types of bundle.mjs, which is plain JavaScript because it runs before anything is installed.
export declare const projectRoot: string;
export declare function bundle(entry: string, outfile?: string): Promise<string>;
export function bundleWhole(entry: string): Promise<string>;

/** The source of `@verity/x/a/b`. */
export function sourceOf(id: string): string;
