const ELF64_LITTLE_ENDIAN = Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1]);
/** Where the header of a 64-bit ELF file holds what is needed here. */
const HEADER = { segments: 32, sections: 40, segmentSize: 54, segmentCount: 56, sectionSize: 58 };
const SEGMENT = { offset: 8, fileSize: 32 };

/**
 * A program without what only debuggers read: symbols and sections follow the last byte that any segment names, so that the file is
 * cut there. In our own code, because what `strip` makes differs with its version.
 * @throws Error for what is no 64-bit little-endian ELF file, or not a whole one.
 */
export function stripElf(program: Buffer): Buffer {
  if (!program.subarray(0, 6).equals(ELF64_LITTLE_ENDIAN)) throw new Error('it is no 64-bit ELF program');
  const table = Number(program.readBigUInt64LE(HEADER.segments));
  const size = program.readUInt16LE(HEADER.segmentSize);
  const ends = Array.from({ length: program.readUInt16LE(HEADER.segmentCount) }, (_, index) => {
    const at = table + index * size;
    return Number(program.readBigUInt64LE(at + SEGMENT.offset) + program.readBigUInt64LE(at + SEGMENT.fileSize));
  });
  const end = Math.max(table + ends.length * size, ...ends);
  if (ends.length === 0 || end > program.length) throw new Error('it is not a whole ELF program');
  const stripped = Buffer.from(program.subarray(0, end));
  stripped.writeBigUInt64LE(0n, HEADER.sections);
  // The size of a section's entry, their number, and which of them holds the names.
  stripped.fill(0, HEADER.sectionSize, HEADER.sectionSize + 6);
  return stripped;
}
