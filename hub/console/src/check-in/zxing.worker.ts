import { prepareZXingModule, readBarcodes } from "zxing-wasm/reader";
import wasm from "zxing-wasm/reader/zxing_reader.wasm?url";

// The library's default is a public CDN; the door has to work in a cellar.
prepareZXingModule({ overrides: { locateFile: () => wasm } });

/** One frame of the camera in, the codes in it out. `n` pairs the answer with the frame. */
export interface FrameMessage {
  n: number;
  image: ImageData;
}
export interface CodesMessage {
  n: number;
  codes: string[];
}

addEventListener("message", async ({ data: { n, image } }: MessageEvent<FrameMessage>) => {
  const results = await readBarcodes(image, { formats: ["QRCode"], tryHarder: true, maxNumberOfSymbols: 1 });
  const answer: CodesMessage = { n, codes: results.filter((result) => result.isValid).map((result) => result.text) };
  postMessage(answer);
});
