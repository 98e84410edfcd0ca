export const target: string;
export function frames(): Promise<string>;
