import type { CodesMessage, FrameMessage } from "./zxing.worker";

/** The part of the Shape Detection API that we use; not in TypeScript's DOM library. */
interface NativeDetector {
  detect(source: HTMLVideoElement): Promise<{ rawValue: string }[]>;
}
interface NativeDetectorClass {
  new (options: { formats: string[] }): NativeDetector;
  getSupportedFormats(): Promise<string[]>;
}

type Read = (video: HTMLVideoElement) => Promise<string[]>;

/** A frame is scaled down to this many pixels a side before WebAssembly reads it. */
const LONGEST_SIDE = 800;

/** The browser's own detector when it has one for QR codes; otherwise zxing in a worker, off the main thread. */
async function makeRead(): Promise<{ read: Read; stop: () => void }> {
  const Native = (globalThis as { BarcodeDetector?: NativeDetectorClass }).BarcodeDetector;
  if (Native && (await Native.getSupportedFormats()).includes("qr_code")) {
    const detector = new Native({ formats: ["qr_code"] });
    return { read: async (video) => (await detector.detect(video)).map((code) => code.rawValue), stop: () => {} };
  }
  const worker = new Worker(new URL("./zxing.worker.ts", import.meta.url), { type: "module" });
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d", { willReadFrequently: true })!;
  let n = 0;
  const read: Read = (video) =>
    new Promise((resolve, reject) => {
      const scale = Math.min(1, LONGEST_SIDE / Math.max(video.videoWidth, video.videoHeight));
      canvas.width = Math.round(video.videoWidth * scale);
      canvas.height = Math.round(video.videoHeight * scale);
      context.drawImage(video, 0, 0, canvas.width, canvas.height);
      const image = context.getImageData(0, 0, canvas.width, canvas.height);
      const frame: FrameMessage = { n: ++n, image };
      worker.onmessage = ({ data }: MessageEvent<CodesMessage>) => data.n === frame.n && resolve(data.codes);
      worker.onerror = (event) => reject(new Error(event.message));
      worker.postMessage(frame, [image.data.buffer]);
    });
  return { read, stop: () => worker.terminate() };
}

/** A camera that reads QR codes until it is stopped. */
export class CameraReader {
  #stream: MediaStream;
  #stopRead: () => void;
  #stopped = false;

  private constructor(stream: MediaStream, stopRead: () => void) {
    this.#stream = stream;
    this.#stopRead = stopRead;
  }

  /**
   * Opens the camera at the back and reads from it. `onCode` is called for every frame that shows a code, so the
   * caller decides when the same code counts again. Rejects with the browser's `DOMException` when there is no camera or no leave.
   */
  static async start(video: HTMLVideoElement, onCode: (code: string) => void): Promise<CameraReader> {
    const stream = await navigator.mediaDevices.getUserMedia({
      audio: false,
      video: { facingMode: { ideal: "environment" }, width: { ideal: 1280 }, height: { ideal: 720 } },
    });
    const { read, stop } = await makeRead();
    const reader = new CameraReader(stream, stop);
    video.srcObject = stream;
    await video.play();
    void reader.#loop(video, read, onCode);
    return reader;
  }

  async #loop(video: HTMLVideoElement, read: Read, onCode: (code: string) => void): Promise<void> {
    while (!this.#stopped) {
      if (video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA && !document.hidden) {
        // A frame that cannot be decoded is an ordinary frame; the next one comes in a moment.
        const codes = await read(video).catch(() => []);
        if (!this.#stopped) codes.forEach(onCode);
      }
      await new Promise((resolve) => setTimeout(resolve, 40));
    }
  }

  /** Whether the camera's light can be switched. */
  get hasTorch(): boolean {
    const track = this.#stream.getVideoTracks()[0];
    return Boolean(track && "torch" in (track.getCapabilities?.() ?? {}));
  }

  async torch(on: boolean): Promise<void> {
    await this.#stream.getVideoTracks()[0]?.applyConstraints({ advanced: [{ torch: on } as MediaTrackConstraintSet] });
  }

  stop(): void {
    this.#stopped = true;
    this.#stopRead();
    this.#stream.getTracks().forEach((track) => track.stop());
  }
}

/** Keeps a code that stays in front of the camera from counting again and again. */
export class SteadyCode {
  #code = "";
  #seenAt = Number.NEGATIVE_INFINITY;

  constructor(private readonly awayMs = 2_000) {}

  /** True when `code` was not in view within the last `awayMs`. */
  isNew(code: string, at: number): boolean {
    const fresh = code !== this.#code || at - this.#seenAt > this.awayMs;
    this.#code = code;
    this.#seenAt = at;
    return fresh;
  }
}
