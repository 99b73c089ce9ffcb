import { h } from '../../dom.ts';
import { CELLS } from './cells.ts';
import { createRowElement, fillRow, type Place, type RowContext } from './row-view.ts';
import type { SheetRow } from './sheet.ts';
import { findDrawn } from './window.ts';

/** Until the first rows are measured, in pixels. */
const USUAL_HEIGHT = 40;

/**
 * The rows of the table that are in the document: those in view, and some around them, between two rows that are as high as all
 * the others.
 *
 * @param list the rows to show, as they are now
 */
export function createRowsInView(list: () => readonly SheetRow[], context: RowContext) {
  const heights = new Map<number, number>();
  const drawn = new Map<number, HTMLTableRowElement>();
  const [above, below] = [createSpacer(), createSpacer()];
  const body = h('tbody', { role: 'rowgroup' }, above, below);
  const until = new AbortController();
  const { signal } = until;
  let view: readonly SheetRow[] = [];
  let usual = USUAL_HEIGHT;
  let frame = 0;
  /** The one cell that the Tab key reaches. */
  let anchor: Place | undefined;
  window.addEventListener('scroll', drawSoon, { passive: true, signal });
  window.addEventListener('resize', measureAgain, { signal });
  return { body, view: () => view, isDrawn, elementOf, cellAt, draw, refresh, reveal, setAnchor, leave };

  function leave(): void {
    until.abort();
    cancelAnimationFrame(frame);
    body.replaceChildren();
  }

  function isDrawn({ line }: SheetRow): boolean {
    return drawn.has(line);
  }

  function elementOf({ line }: SheetRow): HTMLTableRowElement | undefined {
    return drawn.get(line);
  }

  function cellAt({ line, cell }: Place): HTMLElement | undefined {
    return drawn.get(line)?.querySelector<HTMLElement>(`[data-cell="${cell}"]`) ?? undefined;
  }

  /** Shows what changed in some rows. */
  function refresh(rows: readonly SheetRow[]): void {
    for (const row of rows) {
      heights.delete(row.line);
      const element = drawn.get(row.line);
      if (element !== undefined) fillRow(element, row, context);
    }
    draw();
  }

  function measureAgain(): void {
    heights.clear();
    drawSoon();
  }

  function drawSoon(): void {
    cancelAnimationFrame(frame);
    frame = requestAnimationFrame(draw);
  }

  /** Twice, since only rows in the document can be measured. */
  function draw(): void {
    if (signal.aborted) return;
    view = list();
    fill();
    measure();
    fill();
    setAnchor();
  }

  function fill(): void {
    const top = -body.getBoundingClientRect().top;
    const { first, end, before, after } = findDrawn(view.length, heightAt, { top, bottom: top + innerHeight });
    const wanted = view.slice(first, end);
    const lines = new Set(wanted.map(({ line }) => line));
    for (const [line, element] of drawn) {
      if (lines.has(line)) continue;
      element.remove();
      drawn.delete(line);
    }
    let next = above.nextElementSibling;
    for (const [index, row] of wanted.entries()) {
      const element = drawn.get(row.line) ?? make(row);
      element.setAttribute('aria-rowindex', String(first + index + 2));
      if (element === next) next = element.nextElementSibling;
      else body.insertBefore(element, next);
    }
    setHeight(above, before);
    setHeight(below, after);
  }

  function make(row: SheetRow): HTMLTableRowElement {
    const element = createRowElement(row);
    fillRow(element, row, context);
    drawn.set(row.line, element);
    return element;
  }

  function measure(): void {
    for (const [line, element] of drawn) {
      const { top, bottom } = element.getBoundingClientRect();
      // Cards have a gap between them.
      const next = element.nextElementSibling;
      const height = next === below || next === null ? bottom - top : next.getBoundingClientRect().top - top;
      heights.set(line, height);
      if (element.className === 'ready') usual = height;
    }
  }

  function heightAt(index: number): number {
    return heights.get(view[index]?.line ?? 0) ?? usual;
  }

  /** Brings a row into the document and into view. */
  function reveal(row: SheetRow): void {
    const index = view.indexOf(row);
    if (!drawn.has(row.line) && index !== -1) {
      let above = 0;
      for (let each = 0; each < index; each += 1) above += heightAt(each);
      scrollTo({ top: scrollY + body.getBoundingClientRect().top + above - innerHeight / 3 });
      draw();
    }
    drawn.get(row.line)?.scrollIntoView({ block: 'nearest' });
  }

  /** The Tab key reaches one cell, and the arrow keys move from there. */
  function setAnchor(place = anchor): void {
    const [first] = view.filter(isDrawn);
    const line = place !== undefined && drawn.has(place.line) ? place.line : first?.line;
    anchor = line === undefined ? undefined : { line, cell: place?.cell ?? 'address' };
    for (const cell of body.querySelectorAll('td[tabindex="0"]')) cell.setAttribute('tabindex', '-1');
    if (anchor !== undefined) cellAt(anchor)?.setAttribute('tabindex', '0');
  }
}

function createSpacer(): HTMLTableRowElement {
  return h('tr', { class: 'spacer', 'aria-hidden': 'true' }, h('td', { colspan: String(CELLS.length + 2) }));
}

function setHeight(spacer: HTMLElement, pixels: number): void {
  spacer.hidden = pixels === 0;
  spacer.style.height = `${pixels}px`;
}
