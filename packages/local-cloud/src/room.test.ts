import { statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { expect, it } from '@jest/globals';
import { OutOfRoomError, requireRoom } from './room.ts';

it('says of which disk too little is left, and how much is needed', async () => {
  const { bsize, blocks } = await statfs(tmpdir());
  const whole = bsize * blocks + 1024 * 1024;
  await expect(requireRoom(tmpdir(), 0)).resolves.toBeUndefined();
  await expect(requireRoom(tmpdir(), whole)).rejects.toThrow(OutOfRoomError);
  await expect(requireRoom(tmpdir(), whole)).rejects.toThrow(
    new RegExp(`^the disk of ${tmpdir()} has \\d+ MB left, and ${Math.floor(whole / 1024 / 1024)} MB are needed`),
  );
});
