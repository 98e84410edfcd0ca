import type { ButtonHTMLAttributes } from "react";

type Look = "solid" | "line" | "plain" | "stop";
type Size = "row" | "desk" | "thumb";

const LOOKS: Record<Look, string> = {
  solid: "bg-ink text-paper border-ink hover:bg-quiet hover:border-quiet",
  line: "bg-transparent text-ink border-rule hover:bg-pressed",
  plain: "bg-transparent text-ink border-transparent hover:bg-pressed",
  stop: "bg-transparent text-stop border-stop hover:bg-stop-field hover:text-on-stop",
};

/** 32 px for rows, 40 px for desks, 56 px for a thumb at the door. */
const SIZES: Record<Size, string> = {
  row: "h-8 px-3 text-small",
  desk: "h-10 px-4 text-body",
  thumb: "h-14 px-5 text-lead",
};

export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  look?: Look;
  size?: Size;
}

export function Button({ look = "line", size = "desk", className = "", type = "button", ...rest }: ButtonProps) {
  return (
    <button
      type={type}
      className={`inline-flex shrink-0 items-center justify-center gap-2 rounded-soft border font-medium whitespace-nowrap transition-colors disabled:border-hairline disabled:bg-transparent disabled:text-quiet ${LOOKS[look]} ${SIZES[size]} ${className}`}
      {...rest}
    />
  );
}
