/** An NRRD that an import made: header and numbers. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { type NrrdHeader, readNrrdHeader } from '../../../src/format/nrrd-header.ts';
import type { PluginRunResult } from '../../../test/support/run-plugin.ts';

const VIEWS = {
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  float: Float32Array,
};

export function madeVolume({ taskFolder }: Pick<PluginRunResult, 'taskFolder'>, file: string | undefined) {
  const bytes = readFileSync(path.join(taskFolder, file ?? ''));
  const header = readNrrdHeader(bytes.toString('latin1', 0, 2000)) as NrrdHeader;
  const type = header.fields.get('type') as keyof typeof VIEWS;
  const { buffer } = new Uint8Array(gunzipSync(bytes.subarray(header.length)));
  return { header, type, voxels: [...new VIEWS[type](buffer)], meta: header.meta };
}
