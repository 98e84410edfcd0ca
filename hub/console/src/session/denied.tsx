import { Button } from "../kit/button";
import { auth } from "./auth";

/** The end of a screen: the login or the device was revoked, or may not see this. */
export function Denied({ message, unsent = 0 }: { message: string; unsent?: number }) {
  return (
    <main className="mx-auto flex min-h-dvh max-w-[640px] flex-col items-start justify-center gap-6 p-6">
      <div role="alert" className="flex flex-col gap-6">
      <p className="label text-stop">No access</p>
      <h1 className="title text-display">This screen was signed out</h1>
      <p className="text-lead">{message}</p>
      {unsent > 0 && (
        <p className="text-lead text-stop">
          {unsent} {unsent === 1 ? "scan was" : "scans were"} not confirmed. They stay on this device: ask the producer before you pair it again.
        </p>
      )}
      </div>
      <Button look="solid" onClick={() => void auth.signOut()}>
        Start again
      </Button>
    </main>
  );
}
