// What somebody wrote: text, and the addresses in it as links. Nothing of it is ever taken for HTML.

/** What follows an address in a sentence is not part of it. */
const ADDRESS = /(https?:\/\/[^\s<>"]*[^\s<>"'.,:;!?)\]}])/;

export function Text({ words }: { words: string }) {
  // A pattern in brackets splits such that every other part is what it found.
  const parts = words.split(ADDRESS);
  return (
    <>
      {parts.map((part, place) =>
        place % 2 === 0 ? (
          part
        ) : (
          <a key={`${place} ${part}`} href={part} target="_blank" rel="noopener noreferrer nofollow">
            {part}
          </a>
        ),
      )}
    </>
  );
}
