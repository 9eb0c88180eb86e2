/** Videos, point clouds, episodes and volumes on their way in and out, beside the same through the public API. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startAgentSide } from '../../../support/agent-side.ts';
import { type AnnotatedType, annotatedProjects, toldByApi } from '../../../support/annotated-projects.ts';
import { type ApiServer, startApiServer } from '../../../support/api-server.ts';
import { type SdkClient, sdkClient, withoutOwn } from '../../../support/sdk-client.ts';

let server: ApiServer;
let sdk: SdkClient;
beforeAll(async () => {
  server = await startApiServer({ onDisk: true });
  sdk = sdkClient(server);
});
afterAll(() => server.stop());

/** What is another in every project. */
const OTHERS = ['projectId', 'imageId'];

describe.each(Object.keys(annotatedProjects) as AnnotatedType[])('%s', (type) => {
  it('published by an agent are what the same calls of the SDK make, and go out as they came in', async () => {
    const made = await annotatedProjects[type](sdk);
    const agent = await startAgentSide(server);
    const out = await agent.exported(made.projectId);
    const { projectId, notes } = await agent.publish({ projectType: type }, out.project.meta, out.lines);
    expect(notes).toEqual([]);

    const again = await agent.exported(projectId);
    expect(again.files).toEqual(out.files);
    // What the SDK adds has no size of its own: its bytes say it to whoever asks.
    const beside = ({ items }: typeof out) =>
      items.map(({ id: _id, width: _width, height: _height, related, ...item }) => ({
        ...item,
        related: related?.map(({ id: _picture, ...picture }) => picture),
      }));
    expect(beside(again)).toEqual(beside(out));

    const [dataset] = again.project.datasets;
    const theirs = await toldByApi(sdk, type, made);
    const ours = await toldByApi(sdk, type, { projectId, datasetId: dataset?.id ?? 0 });
    expect(withoutOwn(ours, OTHERS)).toEqual(withoutOwn(theirs, OTHERS));
  });
});
