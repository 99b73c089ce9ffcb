/** About 2 ms of work. */
const AT_A_TIME = 200;

/**
 * An object as JSON. Its long lists are written in slices.
 *
 * @param pause lets other work go on
 */
export async function jsonInSlices(
  head: object,
  lists: Record<string, readonly object[]>,
  pause: () => Promise<void>,
): Promise<string> {
  let json = JSON.stringify(head).slice(0, -1);
  for (const [name, list] of Object.entries(lists)) {
    json += `,${JSON.stringify(name)}:[`;
    for (let from = 0; from < list.length; from += AT_A_TIME) {
      json += `${from === 0 ? '' : ','}${JSON.stringify(list.slice(from, from + AT_A_TIME)).slice(1, -1)}`;
      await pause();
    }
    json += ']';
  }
  return `${json}}`;
}
