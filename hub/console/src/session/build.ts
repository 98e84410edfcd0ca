declare const __BUILD__: string;

/** The build of this page, as screens show it in their corner. */
export const BUILD: string = __BUILD__;
