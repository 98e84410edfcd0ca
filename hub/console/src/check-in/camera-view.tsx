import { useEffect, useRef, useState } from "react";
import { Button } from "../kit/button";
import { CameraReader, SteadyCode } from "./camera-reader";

type CameraState = "off" | "starting" | "on" | "refused" | "missing";

const REMEMBERED = "fashionos.camera";

/** The camera with its frame. Off until somebody wants it: many doors have a scanner instead. */
export function CameraView({ onCode }: { onCode: (code: string) => void }) {
  const video = useRef<HTMLVideoElement>(null);
  const latest = useRef(onCode);
  latest.current = onCode;
  const [wanted, setWanted] = useState(() => localStorage.getItem(REMEMBERED) === "on");
  const [state, setState] = useState<CameraState>("off");
  const [reader, setReader] = useState<CameraReader | null>(null);
  const [torch, setTorch] = useState(false);

  useEffect(() => {
    localStorage.setItem(REMEMBERED, wanted ? "on" : "off");
    if (!wanted || !video.current) return setState("off");
    if (!navigator.mediaDevices) return setState("missing");
    let left = false;
    let started: CameraReader | null = null;
    const steady = new SteadyCode();
    setState("starting");
    CameraReader.start(video.current, (code) => steady.isNew(code, performance.now()) && latest.current(code)).then(
      (made) => {
        if (left) return made.stop();
        started = made;
        setReader(made);
        setState("on");
      },
      (cause: DOMException) => !left && setState(cause.name === "NotAllowedError" ? "refused" : "missing"),
    );
    return () => {
      left = true;
      started?.stop();
      setReader(null);
      setTorch(false);
    };
  }, [wanted]);

  return (
    <div data-surface="night" data-camera={state} className="relative h-full min-h-40 overflow-hidden">
      <video ref={video} muted playsInline aria-label="Camera" className={`size-full object-cover ${state === "on" ? "" : "invisible"}`} />
      {state === "on" ? (
        <div aria-hidden className="absolute inset-0 m-auto aspect-square h-3/5 border-2 border-ink" />
      ) : (
        <div className="absolute inset-0 flex flex-col items-center justify-center gap-4 p-6 text-center">
          <p className="title text-heading">Ready for the next guest</p>
          <p className="max-w-[36ch] text-quiet">
            {state === "refused" && "The browser may not use the camera. Allow it in the address bar, or use the scanner."}
            {state === "missing" && "No camera was found. Use the scanner, or search a name."}
            {state === "starting" && "Opening the camera…"}
            {state === "off" && "Scan with the scanner at any time, or open the camera."}
          </p>
        </div>
      )}
      <div className="absolute inset-x-0 bottom-0 flex justify-end gap-2 p-3">
        {reader?.hasTorch && (
          <Button
            size="thumb"
            aria-pressed={torch}
            onClick={() => {
              setTorch(!torch);
              void reader.torch(!torch);
            }}
          >
            {torch ? "Light off" : "Light on"}
          </Button>
        )}
        <Button size="thumb" look={wanted ? "line" : "solid"} onClick={() => setWanted(!wanted)}>
          {wanted ? "Camera off" : "Open the camera"}
        </Button>
      </div>
    </div>
  );
}
