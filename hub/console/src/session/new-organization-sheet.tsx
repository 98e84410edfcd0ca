import { HubError } from "@fashionos/hub";
import { useHub } from "@fashionos/hub/react";
import { useState, type FormEvent } from "react";
import { Button } from "../kit/button";
import { TextField } from "../kit/field";
import { Notice } from "../kit/notice";
import { Sheet } from "../kit/sheet";
import { auth } from "./auth";
import { slugOf } from "./slug";

/** Founds an organization and goes to work for it. */
export function NewOrganizationSheet({ onClose }: { onClose: () => void }) {
  const hub = useHub();
  const [name, setName] = useState("");
  const [slug, setSlug] = useState<string | null>(null);
  const [error, setError] = useState<string | null>(null);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setError(null);
    try {
      const time_zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
      const organization = await hub.api.createOrganization({ name: name.trim(), slug: slug ?? slugOf(name), time_zone });
      await auth.switchOrganization(organization.id);
      onClose();
    } catch (cause) {
      setError(cause instanceof HubError ? cause.message : String(cause));
    }
  };
  return (
    <Sheet title="New organization" onClose={onClose}>
      <form onSubmit={(event) => void submit(event)} className="flex flex-col gap-4">
        {error && <Notice tone="stop">{error}</Notice>}
        <TextField label="Name" value={name} required data-first maxLength={120} onChange={(event) => setName(event.target.value)} />
        <TextField label="Short name for addresses" value={slug ?? slugOf(name)} required pattern="[a-z0-9]+(-[a-z0-9]+)*" hint="Lower case letters, digits and hyphens" onChange={(event) => setSlug(event.target.value)} />
        <Button type="submit" look="solid">
          Create it
        </Button>
      </form>
    </Sheet>
  );
}
