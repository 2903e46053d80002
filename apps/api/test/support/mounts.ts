import { spawnSync, type StdioOptions } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder on a file system of its own; mounting takes root, and a kernel that has the kind. */
export interface Mount {
  readonly folder: string;
  unmount(): void;
}

/** A file system to which nothing can be written. @throws Error where mounting is not permitted */
export function mountReadOnly(): Mount {
  return mount(['-t', 'tmpfs', '-o', 'ro', 'none']);
}

/**
 * A file system of which every path hangs: FUSE without the program that would answer.
 * @throws Error where mounting is not permitted
 */
export function mountHanging(): Mount {
  const device = openSync('/dev/fuse', 'r+');
  try {
    const options = 'fd=3,rootmode=40000,user_id=0,group_id=0';
    const mounted = mount(['-i', '-t', 'fuse', '-o', options, 'none'], device);
    return {
      folder: mounted.folder,
      unmount: () => {
        // First, as this ends every call that hangs.
        closeSync(device);
        mounted.unmount();
      },
    };
  } catch (error) {
    closeSync(device);
    throw error;
  }
}

/** Why a kind of mount is not to be had here; `undefined` when it is. */
export function whyNot(kind: () => Mount): string | undefined {
  try {
    kind().unmount();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message.trim() : String(error);
  }
}

function mount(args: readonly string[], device?: number): Mount {
  const folder = mkdtempSync(join(tmpdir(), 'gad-mount-'));
  const stdio: StdioOptions = [
    'ignore',
    'ignore',
    'pipe',
    ...(device === undefined ? [] : [device]),
  ];
  const { status, stderr, error } = spawnSync('mount', [...args, folder], { stdio });
  if (status !== 0) {
    rmdirSync(folder);
    throw error ?? new Error(String(stderr));
  }
  return {
    folder,
    unmount: () => {
      spawnSync('umount', ['-l', folder]);
      rmdirSync(folder);
    },
  };
}
