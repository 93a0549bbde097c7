// Reads the one file of a multipart body (RFC 7578), the form in which clients of Kubo's RPC send a block.

const BOUNDARY =
  /^multipart\/form-data *; *boundary=(?:"([^"\r\n]{1,70})"|([\w'()+,./:=?-]{1,70}))$/i;
const LONGEST_HEADERS = 4_096;
const HEADERS_END = Buffer.from('\r\n\r\n');

/** What a multipart body has around the bytes of its file, at most. */
export const MULTIPART_OVERHEAD = LONGEST_HEADERS + 2 * 80;

/** The content of the only part; a text that says what is wrong when there is not exactly one. */
export function soleFile(contentType: string, body: Buffer): Buffer | string {
  const found = BOUNDARY.exec(contentType);
  const boundary = found?.[1] ?? found?.[2];
  if (boundary === undefined) return 'the content type must be multipart/form-data with a boundary';
  const opening = Buffer.from(`--${boundary}\r\n`);
  if (!body.subarray(0, opening.length).equals(opening)) return 'the body does not begin a part';
  const headersEnd = body.indexOf(HEADERS_END, opening.length - 2);
  if (headersEnd < 0 || headersEnd > LONGEST_HEADERS) return 'the headers of the part do not end';
  const begin = headersEnd + HEADERS_END.length;
  // The line break before a delimiter is the delimiter's; that of an empty part is the end of its headers too.
  const delimiter = Buffer.from(`\r\n--${boundary}`);
  const end = body.indexOf(delimiter, begin - 2);
  if (end < 0) return 'the part does not end';
  const rest = body.subarray(end + delimiter.length).toString('latin1');
  if (rest !== '--' && rest !== '--\r\n') return 'the body must have one part, and end after it';
  return body.subarray(begin, Math.max(begin, end));
}
