// A person or a group, small and round.
import { hueOf, initialsOf } from '../words';
import { Icon } from './icons';

export function Avatar({ id, name, isGroup = false }: { id: string; name: string; isGroup?: boolean }) {
  return (
    <span class={`avatar hue-${hueOf(id)}`} aria-hidden="true">
      {isGroup ? <Icon name="group" /> : initialsOf(name)}
    </span>
  );
}
