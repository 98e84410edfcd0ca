import { type PersonSession, uuidv7 } from "@fashionos/hub";
import { useSignal } from "@fashionos/hub/react";
import { type KeyboardEvent, useRef, useState } from "react";
import { flushSync } from "react-dom";
import type { Leave } from "./cell-editor";
import { COLUMN_NAMES, COLUMNS, cellText, cellWrites, emptyOf, isWritable, LONGEST_TITLE } from "./cells";
import { EditedCell } from "./edited-cell";
import type { Write } from "./edits";
import { Grid } from "./grid";
import { gridAction } from "./grid-keys";
import { HistoryPanel } from "./history-panel";
import { LinkPanel } from "./link-panel";
import { counted, isLink, type LinkKind } from "./links";
import { ListFooter } from "./list-footer";
import { PasteSheet } from "./paste-sheet";
import { MOST_ROWS_SHOWN } from "./presence";
import { deletion, dropPlace, fillDown, linkOnScene, linksOnShots, moveScene, moveShots, newScenes, newShots, placeBehind, shifted, shotOf } from "./rows";
import { at, isWhole, stepped, wholeRows } from "./selection";
import type { SharedDocument } from "./shared-document";
import { SheetKeys } from "./sheet-keys";
import { type Panel, Toolbar } from "./toolbar";
import { useClipboard } from "./use-clipboard";
import { useLinked } from "./use-linked";
import { useLocks } from "./use-locks";
import { useSheet } from "./use-sheet";
import { useShown } from "./use-shown";
import { lineWord, outcomeWords } from "./words";

interface EditorProps {
  shared: SharedDocument;
  listId: string;
  session: PersonSession;
  /** Who is cast in the shoot of the list: model profiles, with how far their casting is. */
  cast: ReadonlyMap<string, string>;
  note: { text: string; bad: boolean };
  say: (text: string, bad?: boolean) => void;
}

/** A shot list, edited by several people at once. */
export function Editor({ shared, listId, session, cast, note, say }: EditorProps) {
  const sheet = useSheet(shared);
  const { content, sections, lines, places, selection, setSelection, block, current, chosenLines } = sheet;
  const state = useSignal(shared.state);
  const others = useSignal(shared.others);
  const steps = useSignal(shared.history);
  const field = useRef<HTMLDivElement>(null);
  const page = useRef(20);
  const leaving = useRef(false);
  const [editing, setEditing] = useState<{ row: string; column: number; over: boolean; text: string } | null>(null);
  const [panel, setPanel] = useState<Panel | null>(null);
  const show = (which: Panel) => setPanel((open) => (open === which ? null : which));
  const [keys, setKeys] = useState(false);
  // Whoever has only opened the list is nowhere in it yet.
  const [here, setHere] = useState(false);
  const linked = useLinked(session, content.shots, cast);
  const { known, remember } = linked;
  const role = session.organization?.role ?? "";
  const me = { id: session.user.id, name: session.user.full_name || session.user.email };
  const locks = useLocks(shared, content, me, role === "owner" || role === "admin" || role === "producer");
  const mayEdit = state.loaded && !state.readOnly && state.link !== "denied";
  const focus = () => field.current?.focus({ preventScroll: true });

  /** Writes one step, unless somebody else has locked a line of it. */
  const run = (name: string, writes: readonly Write[], select?: readonly string[]): boolean => {
    if (!mayEdit) return say("This list can only be read.", true), false;
    const lock = locks.foreign(writes.filter((write) => write.do !== "insert" && !(write.do === "set" && write.key === "rank")).map(({ row }) => row));
    if (lock) return say(`Locked by ${lock.name}.`, true), false;
    if (shared.history.do(name, writes) > 0) say("");
    if (select && select.length > 0) {
      setSelection(select.length === 1 ? at(select[0]!, 0) : wholeRows(select[0]!, select.at(-1)!));
    }
    return true;
  };
  const clear = () => {
    if (!block) return;
    const columns = COLUMNS.slice(block.left, block.right + 1);
    run("emptying cells", chosenLines.flatMap((line) => (line.kind === "shot" ? columns.flatMap((column) => cellWrites(line, column, emptyOf(column))) : columns.includes("notes") && line.scene ? cellWrites(line, "notes", "") : [])));
  };
  const clipboard = useClipboard({ sheet, known, run, clear, say, mayEdit });

  const edit = (over: boolean) => {
    const column = COLUMNS[selection.focus.column]!;
    if (!current || !mayEdit || !isWritable(current, column)) return false;
    const lock = locks.foreign([current.id]);
    if (lock) return say(`Locked by ${lock.name}.`, true), false;
    // At once, so that the key that opened it is typed into it, and input methods begin there.
    flushSync(() => setEditing({ row: current.id, column: selection.focus.column, over, text: cellText(current, column, known) }));
    return true;
  };
  const go = (leave: Leave) => {
    focus();
    if (leave !== "stay") setSelection(stepped(selection, leave, lines, places, false, page.current));
  };
  const commit = (value: string | number | null | readonly string[], leave: Leave) => {
    const was = editing;
    setEditing(null);
    const line = was && lines[places.get(was.row) ?? -1];
    if (!was || !line) return go(leave);
    const column = COLUMNS[was.column]!;
    const title = line.kind === "scene" && column === "description" ? String(value) : null;
    if (title === "") say("A scene has a title.", true);
    else if (title !== null && title.length > LONGEST_TITLE) say(`A title has at most ${LONGEST_TITLE} characters.`, true);
    else run(`${COLUMN_NAMES[column]} of ${lineWord(line.id, lines)}`, cellWrites(line, column, value));
    go(leave);
  };
  const cancel = () => {
    setEditing(null);
    focus();
  };

  const turn = (direction: "undo" | "redo") => {
    const outcome = shared.history[direction]();
    if (!outcome) return say(direction === "undo" ? "There is nothing to undo." : "There is nothing to do again.");
    const words = outcomeWords(outcome, direction === "undo" ? "Undone" : "Done again", lines, (client) => shared.nameOf(client));
    say(words.text, words.bad);
  };
  const addShot = () => {
    const made = newShots(content, { ...placeBehind(current), values: [{}] }, uuidv7);
    if (run("a new shot", made.writes, made.ids)) focus();
  };
  const addScene = () => {
    const made = newScenes(content, current?.section.scene?.id ?? "end", [`Scene ${content.scenes.size + 1}`], uuidv7);
    if (run("a new scene", made.writes, made.ids)) focus();
  };
  const remove = () => {
    const gone = chosenLines.filter((line) => line.kind === "shot" || line.scene);
    const left = gone.flatMap((line) => (line.kind === "scene" ? line.section.shots.filter(({ id }) => !gone.some((other) => other.id === id)) : []));
    if (gone.length > 0 && run(`deleting ${gone.length} ${gone.length === 1 ? "line" : "lines"}`, deletion(gone))) {
      say(`Deleted ${gone.length} ${gone.length === 1 ? "line" : "lines"}${left.length > 0 ? `; ${left.length} ${left.length === 1 ? "shot has" : "shots have"} no scene now` : ""}. Ctrl Z brings them back.`);
    }
    focus();
  };
  const carriedBy = (row: string): ReadonlySet<string> => {
    const line = lines[places.get(row) ?? -1];
    const chosen = chosenLines.filter(({ kind }) => kind === "shot").map(({ id }) => id);
    return new Set(line?.kind === "shot" && chosen.includes(row) ? chosen : [row]);
  };
  const drop = (row: string, gap: number) => {
    const line = lines[places.get(row) ?? -1];
    const to = line && dropPlace(lines, gap, line.kind);
    if (!line || !to) return;
    if (line.kind === "scene") return void run("moving a scene", moveScene(content, row, to.after), [row]);
    const carried = carriedBy(row);
    run(`moving ${carried.size} ${carried.size === 1 ? "shot" : "shots"}`, moveShots(content, sections, carried, to.sceneId, to.after));
  };
  const give = (row: string, kind: LinkKind, given: readonly string[]) => {
    const line = lines[places.get(row) ?? -1];
    if (line?.kind === "shot") return void run(`adding ${counted(kind, given.length)}`, linksOnShots([line], kind, given));
    const [one] = given.flatMap((id) => known[kind].get(id) ?? []);
    if (line && one) run(`adding ${counted(kind, 1)}`, linkOnScene(content, line.section, kind, one, uuidv7));
  };
  const shots = chosenLines.filter((line) => line.kind === "shot").map(({ id }) => id);
  const toggleLock = () => {
    const lock = locks.foreign(shots);
    if (lock && !locks.mayTakeOver) return say(`Locked by ${lock.name}.`, true);
    if (!lock && shots.every((row) => locks.lockOf(row))) return locks.unlock(shots);
    locks.lock(shots);
  };

  const onKeyDown = (event: KeyboardEvent) => {
    if (editing || event.nativeEvent.isComposing || event.target !== field.current) return;
    const action = gridAction(event);
    if (action === null) return;
    if (event.key === "Tab" && leaving.current) {
      leaving.current = false;
      return;
    }
    leaving.current = action.do === "leave";
    if (action.do === "type") {
      // Not prevented: the character is written by the browser, into the editor that has the focus now.
      if (!edit(true)) event.preventDefault();
      return;
    }
    event.preventDefault();
    switch (action.do) {
      case "step":
        return setSelection(stepped(selection, action.step, lines, places, action.extend, page.current));
      case "edit":
        return void edit(false);
      case "clear":
        return clear();
      case "fill":
        return void (block && run("filling down", fillDown(lines, block)));
      case "undo":
      case "redo":
        return turn(action.do);
      case "all":
        return lines.length > 0 ? setSelection(wholeRows(lines[0]!.id, lines.at(-1)!.id)) : undefined;
      case "row":
        return setSelection(wholeRows(selection.anchor.row, selection.focus.row));
      case "new-shot":
        return addShot();
      case "new-scene":
        return addScene();
      case "delete":
        return remove();
      case "shift":
        return void (block && current && run("moving lines", shifted(content, sections, lines, block, current, action.by)));
      case "tick":
        if (current?.kind === "shot" && COLUMNS[selection.focus.column] === "status") run("status", cellWrites(current, "status", current.shot.status === "done" ? "todo" : "done"));
        return;
      case "keys":
        return setKeys(true);
      case "leave":
        return say("Tab leaves the sheet.");
    }
  };

  // Where one is, for the others.
  const cell = current && here ? { row: current.id, column: COLUMNS[selection.focus.column]! } : null;
  const rows = here && block && block.bottom > block.top ? chosenLines.slice(0, MOST_ROWS_SHOWN).map(({ id }) => id) : null;
  const lock = shots.find((row) => locks.lockOf(row)?.own) ?? null;
  useShown(shared, { cell, selection: rows, lock });

  const isEdited = editing && current && editing.row === current.id && editing.column === selection.focus.column;
  // Another cell is another editor.
  const editor = isEdited ? <EditedCell key={`${editing.row} ${editing.column}`} line={current} column={COLUMNS[editing.column]!} text={editing.text} over={editing.over} lines={lines} linked={linked} onCommit={commit} onCancel={cancel} /> : null;
  const select = (next: typeof selection) => {
    leaving.current = false;
    setSelection(next);
  };
  return (
    <main className="flex min-h-0 flex-1 flex-col">
      <Toolbar
        mayEdit={mayEdit}
        steps={steps}
        chosen={shots.length}
        lock={locks.foreign(shots) ? (locks.mayTakeOver ? "take over" : "theirs") : shots.length > 0 && shots.every((row) => locks.lockOf(row)) ? "unlock" : "lock"}
        panel={panel}
        onShot={addShot}
        onScene={addScene}
        onDelete={remove}
        onUndo={() => turn("undo")}
        onRedo={() => turn("redo")}
        onLock={toggleLock}
        onPanel={show}
        onKeys={() => setKeys(true)}
      />
      <div className="flex min-h-0 flex-1">
        <Grid
          field={field}
          lines={lines}
          selection={selection}
          block={block && (block.top !== block.bottom || block.left !== block.right || isWhole(block)) ? block : null}
          editor={editor}
          known={known}
          others={others}
          lockOf={locks.lockOf}
          readOnly={!mayEdit}
          onSelect={select}
          onEdit={() => void edit(false)}
          onFocus={() => setHere(true)}
          onKeyDown={onKeyDown}
          onClipboard={clipboard.onClipboard}
          carriedBy={carriedBy}
          onDrop={drop}
          onLinks={give}
          onPage={(count) => (page.current = count)}
        />
        {panel === "history" && (
          <HistoryPanel listId={listId} current={current} lines={lines} known={known} mayEdit={mayEdit} stamp={state.waiting === 0 ? content : null} onSay={say} onClose={() => setPanel(null)} />
        )}
        {panel !== null && isLink(panel) && (
          <LinkPanel
            key={panel}
            kind={panel}
            known={known[panel]}
            cast={linked.cast[panel]}
            sections={sections}
            chosen={shots.length}
            mayEdit={mayEdit}
            onFound={remember[panel]}
            onPut={(found) => run(`adding ${counted(panel, found.length)}`, linksOnShots(chosenLines, panel, found.map(({ id }) => id)))}
            onShots={(found) => {
              const made = newShots(content, { ...placeBehind(current), values: found.map((one) => shotOf(panel, one)) }, uuidv7);
              run(`${found.length} new ${found.length === 1 ? "shot" : "shots"}`, made.writes, made.ids);
            }}
            onClose={() => setPanel(null)}
          />
        )}
      </div>
      <ListFooter sums={sheet.sums} note={note} />
      {clipboard.pasted && <PasteSheet pasted={clipboard.pasted} known={known} resolve={linked.resolve} onApply={(...what) => (clipboard.apply(...what), focus())} onClose={() => (clipboard.dismiss(), focus())} />}
      {keys && <SheetKeys onClose={() => (setKeys(false), focus())} />}
    </main>
  );
}

