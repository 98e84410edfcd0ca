import type { Face } from "./verdict-face";

/** One note of a tone: frequency in Hz, start and length in seconds. */
interface Note {
  hz: number;
  at: number;
  for: number;
  shape: OscillatorType;
}

/** Three tones that differ in rhythm and direction, so that they are told apart in a loud hall. */
const TONES: Record<Face["tone"], Note[]> = {
  go: [
    { hz: 660, at: 0, for: 0.09, shape: "sine" },
    { hz: 990, at: 0.1, for: 0.14, shape: "sine" },
  ],
  wait: [{ hz: 520, at: 0, for: 0.16, shape: "triangle" }],
  stop: [
    { hz: 220, at: 0, for: 0.16, shape: "square" },
    { hz: 165, at: 0.2, for: 0.32, shape: "square" },
  ],
};

/** Milliseconds of shaking and stillness, for devices that can. */
const SHAKES: Record<Face["tone"], number[]> = { go: [40], wait: [30, 60, 30], stop: [180, 80, 180] };

/** The door's loudspeaker. A browser lets it sound only after somebody has touched the screen or the scanner. */
export class Tones {
  #context: AudioContext | null = null;
  muted = false;

  /** Called from a touch or a key press. */
  unlock(): void {
    this.#context ??= new AudioContext();
    if (this.#context.state === "suspended") void this.#context.resume();
  }

  /** Whether a tone would be heard. */
  get ready(): boolean {
    return this.#context?.state === "running" && !this.muted;
  }

  play(tone: Face["tone"]): void {
    navigator.vibrate?.(SHAKES[tone]);
    const context = this.#context;
    if (!context || !this.ready) return;
    for (const note of TONES[tone]) {
      const from = context.currentTime + note.at;
      const oscillator = new OscillatorNode(context, { type: note.shape, frequency: note.hz });
      const gain = new GainNode(context, { gain: 0 });
      // Short ramps: a square edge in the volume clicks.
      gain.gain.setValueAtTime(0, from);
      gain.gain.linearRampToValueAtTime(note.shape === "square" ? 0.18 : 0.4, from + 0.01);
      gain.gain.setValueAtTime(note.shape === "square" ? 0.18 : 0.4, from + note.for - 0.03);
      gain.gain.linearRampToValueAtTime(0, from + note.for);
      oscillator.connect(gain).connect(context.destination);
      oscillator.start(from);
      oscillator.stop(from + note.for);
    }
  }
}
