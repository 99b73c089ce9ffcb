import { FileProblem, type FileProblemKind, MAX_FILE_BYTES } from './file-problem.ts';

export type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252';

/** The number of bytes that are checked to detect the file format. */
const HEAD_BYTES = 4_096;

/** A part of each ZIP archive that Excel, LibreOffice or Numbers saves. */
const WORKBOOK = /xl\/|\[Content_Types\]|opendocument|\.iwa/;

/** File formats by their first bytes, as hexadecimal digits. */
const SIGNATURES: [start: string, kind: FileProblemKind][] = [
  ['d0cf11e0a1b11ae1', 'excel'],
  ['25504446', 'pdf'],
  ['7b5c72746631', 'rich_text'],
  ['1f8b', 'zip'],
  ['377abcaf271c', 'zip'],
  ['52617221', 'zip'],
];

/**
 * The text of a file: UTF-8 or UTF-16, with or without a byte order mark, or else Windows-1252. Excel uses Windows-1252 when it
 * saves plain "CSV" in western Europe and America.
 *
 * @throws FileProblem if it is not text, or is a format other than CSV
 */
export function decodeText(bytes: Uint8Array): { text: string; encoding: Encoding } {
  if (bytes.length > MAX_FILE_BYTES) throw new FileProblem('too_large');
  const kind = findBinaryKind(bytes);
  if (kind !== undefined) throw new FileProblem(kind);
  const encoding = findEncoding(bytes);
  const text = new TextDecoder(encoding).decode(bytes);
  if (text.includes('\0')) throw new FileProblem('binary');
  const marked = findMarkupKind(text);
  if (marked !== undefined) throw new FileProblem(marked);
  return { text, encoding };
}

function findBinaryKind(bytes: Uint8Array): FileProblemKind | undefined {
  const head = Buffer.from(bytes.subarray(0, HEAD_BYTES));
  const hex = head.subarray(0, 8).toString('hex');
  if (hex.startsWith('504b0304')) return WORKBOOK.test(head.toString('latin1')) ? 'excel' : 'zip';
  return SIGNATURES.find(([start]) => hex.startsWith(start))?.[1];
}

function findEncoding(bytes: Uint8Array): Encoding {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  if (first === 0xfe && second === 0xff) return 'utf-16be';
  const unmarked = findUnmarkedUtf16(bytes.subarray(0, HEAD_BYTES));
  if (unmarked !== undefined) return unmarked;
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return 'utf-8';
  } catch {
    return 'windows-1252';
  }
}

/** In UTF-16, every other byte of Latin text is zero. */
function findUnmarkedUtf16(head: Uint8Array): Encoding | undefined {
  const zeros = [0, 0];
  head.forEach((byte, index) => {
    if (byte === 0) zeros[index % 2] = (zeros[index % 2] ?? 0) + 1;
  });
  const [even = 0, odd = 0] = zeros;
  const most = head.length / 4;
  if (odd > most && even === 0) return 'utf-16le';
  if (even > most && odd === 0) return 'utf-16be';
  return undefined;
}

function findMarkupKind(text: string): FileProblemKind | undefined {
  const start = text.slice(0, HEAD_BYTES).trimStart();
  if (/^<(?:!doctype|html|\?xml|head|body|table|script)\b/i.test(start)) return 'web_page';
  return /^(?:\{\s*["}]|\[\s*[{["\]])/.test(start) ? 'json' : undefined;
}
