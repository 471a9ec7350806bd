// The few pictures there are. They say nothing that the text of their button does not.
const PATHS = {
  back: 'M15 5l-7 7 7 7',
  close: 'M6 6l12 12M18 6L6 18',
  compose: 'M12 5v14M5 12h14',
  down: 'M12 5v13m0 0l-6-6m6 6l6-6',
  edit: 'M4 20l1-4.5L16 4.5l3.5 3.5L8.500 19z',
  group:
    'M9 11a3.2 3.2 0 100-6.400 3.2 3.2 0 000 6.400zM3.500 19a5.500 5.500 0 0111 0M16 5a3 3 0 010 6M17 14a5 5 0 013.500 5',
  info: 'M12 21a9 9 0 100-18 9 9 0 000 18zM12 11v5M12 8h.01',
  leave: 'M14 4h4a2 2 0 012 2v12a2 2 0 01-2 2h-4M10 8l-4 4 4 4M6 12h9',
  reply: 'M9 7l-5 5 5 5M4 12h9a7 7 0 017 7',
  search: 'M11 18a7 7 0 100-14 7 7 0 000 14zM20 20l-4-4',
  send: 'M5 12l15-7-5 15-3.500-6z',
  trash: 'M5 7h14M10 7V5h4v2M7 7l1 13h8l1-13',
  tick: 'M5 12.500l4.500 4.500L19 7.500',
} as const;

export function Icon({ name }: { name: keyof typeof PATHS }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
