import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";

/** What axe finds wrong on a page, one line each. */
export async function barriers(page: Page, readable?: string): Promise<string[]> {
  // Where a band lies over greyed content, contrast is asked of the band: the rest is meant to recede.
  const rest = new AxeBuilder({ page });
  const results = readable
    ? [await rest.disableRules(["color-contrast"]).analyze(), await new AxeBuilder({ page }).include(readable).withRules(["color-contrast"]).analyze()]
    : [await rest.analyze()];
  return results
    .flatMap(({ violations }) => violations)
    .flatMap((violation) => violation.nodes.map((node) => `${violation.id}: ${node.target.join(" ")} ${node.failureSummary?.split("\n").at(-1)?.trim() ?? ""}`));
}
