/** Videos on the page in a real browser: played, stepped, sought, with what is drawn on each frame. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { LOOKS, seriousFindings } from '../support/accessibility.ts';
import type { ApiServer } from '../support/api-server.ts';
import { noBrowser, type WatchedPage } from '../support/browser.ts';
import { overlayColor, videoColor } from '../support/overlay.ts';
import { nothingWentWrong, type PageBench, startPageBench, takePicture } from '../support/page-bench.ts';
import { type Made, type SdkClient, sdkClient } from '../support/sdk-client.ts';
import { addObjects, addVideo, addVideoLink, rectangle, videoFigure } from '../support/sdk-videos.ts';

/** How long a poll goes on: no claim, only an end. */
const SOON = { timeout: 30_000 };
const COLORS = { car: '#FFFFFF', dog: '#101010' };
/** Of colours.webm and colours.mp4, by frame. */
const RAINBOW = [
  ...['#DC1414', '#DC7814', '#DCDC14', '#78DC14', '#14DC14', '#14DC78'],
  ...['#14DCDC', '#1478DC', '#1414DC', '#7814DC', '#DC14DC', '#DC1478'],
];
const [WIDTH, HEIGHT, FRAMES] = [96, 64, 12];

let bench: PageBench;
let server: ApiServer;
let sdk: SdkClient;
let made: Made;
let videos: { webm: number; mp4: number; avi: number; link: number };
let watched: WatchedPage;
let page: Page;

const missing = noBrowser();

/** A car that moves 6 pixels a frame and is away in frames 4 to 6, a dog at the end. */
async function draw(videoId: number, frames: number): Promise<void> {
  const [car = 0, dog = 0] = await addObjects(sdk, made, videoId, ['car', 'dog']);
  const figures = [];
  for (let frame = 0; frame < frames; frame++) {
    if (frame < 4 || frame > 6)
      figures.push(videoFigure(car, frame, 'rectangle', rectangle(6 * frame, 10, 6 * frame + 5, 19)));
    if (frame >= frames - 2) figures.push(videoFigure(dog, frame, 'rectangle', rectangle(10, 40, 19, 49)));
  }
  await sdk.api('figures.bulk.add', { entityId: videoId, figures });
  await sdk.api('videos.tags.bulk.add', {
    videoId,
    tags: [{ tagId: made.tagId('night'), frameRange: [5, 7] }],
  });
}

describe.skipIf(missing !== undefined)(
  `videos on the page${missing === undefined ? '' : ` (skipped: ${missing})`}`,
  () => {
    beforeAll(async () => {
      bench = await startPageBench();
      ({ server } = bench);
      sdk = sdkClient(server);
      made = await sdk.project('videos', {
        classes: Object.entries({ ...COLORS, bus: '#808080' }).map(([title, color]) => ({
          title,
          color,
          shape: 'rectangle',
        })),
        tags: ['night', 'old'].map((name) => ({ name, value_type: 'none', color: '#0000FF' })),
      });
      videos = {
        webm: await addVideo(sdk, made, { title: 'colours.webm', file: 'colours.webm' }),
        mp4: await addVideo(sdk, made, { title: 'colours.mp4', file: 'colours.mp4' }),
        avi: await addVideo(sdk, made, { title: 'old.avi', file: 'ten-frames.avi' }),
        link: await addVideoLink(sdk, made, 'away.mp4'),
      };
      await draw(videos.webm, FRAMES);
      await draw(videos.mp4, FRAMES);
      await draw(videos.avi, 10);
      await draw(videos.link, 10);
      for (const videoId of [videos.mp4, videos.link])
        await sdk.api('videos.tags.bulk.add', { videoId, tags: [{ tagId: made.tagId('old') }] });
    });
    afterAll(() => bench?.stop());
    beforeEach(() => open());

    async function open(options: { dark?: boolean; width?: number } = {}): Promise<void> {
      watched = await bench.open(options);
      page = watched.page;
    }

    const look = (name: string) => takePicture(page, name);

    const addressOf = (id: number): string => `${server.url}/projects/${made.projectId}/videos/${id}`;

    async function openVideo(id: number): Promise<void> {
      await page.goto(addressOf(id));
      await page.getByRole('button', { name: 'Play' }).and(page.locator(':enabled')).waitFor();
      await page.locator('.stage canvas[data-drawn]').waitFor();
    }

    const at = (x: number, y: number, picture = 'video'): Promise<string> =>
      overlayColor(page, { x, y, width: WIDTH, height: HEIGHT, picture }, Object.values(COLORS));
    const frameIs = (frame: number): Promise<void> =>
      page.locator('.controls output b', { hasText: new RegExp(`^${frame}$`) }).waitFor();

    /** The picture, the number and what is drawn are those of this frame. */
    async function allOf(frame: number): Promise<void> {
      await frameIs(frame);
      await expect.poll(() => videoColor(page, RAINBOW), SOON).toBe(RAINBOW[frame]);
      const there = frame < 4 || frame > 6;
      await expect.poll(() => at(6 * frame + 3, 15), SOON).toBe(there ? COLORS.car : 'nothing');
      // The last pixel of the box belongs to it, the next one does not.
      expect(await at(6 * frame + 9, 15)).toBe('nothing');
      expect(await at(15, 45)).toBe(frame >= FRAMES - 2 ? COLORS.dog : 'nothing');
    }

    test.each(['webm', 'mp4'] as const)(
      'frames of %s one by one, back, and by a variable rate',
      async (kind) => {
        await openVideo(videos[kind]);
        await allOf(0);
        for (let frame = 1; frame < FRAMES; frame++) {
          await page.keyboard.press('ArrowRight');
          await allOf(frame);
        }
        await look(`video-${kind}`);
        await page.keyboard.press('ArrowLeft');
        await allOf(FRAMES - 2);
        await page.keyboard.press('Home');
        await allOf(0);
        // Frame 4 comes 0.7 s after frame 3: a constant rate would show another one.
        for (let k = 0; k < 4; k++) await page.keyboard.press('ArrowRight');
        await allOf(4);
        expect(await page.locator('.controls output').textContent()).toContain('0:01.000');
        nothingWentWrong(watched);
      },
    );

    test('a click in the timeline seeks; an object is found where it is; tags and classes', async () => {
      await openVideo(videos.webm);
      const track = page.locator('.timeline .track').first();
      const box = (await track.boundingBox())!;
      await page.mouse.click(box.x + (box.width * 8.5) / FRAMES, box.y + box.height / 2);
      await allOf(8);
      await look('video-timeline');
      // The dog is there from frame 10; the car comes again at its first frame.
      await page.locator('.timeline .who', { hasText: 'dog' }).click();
      await allOf(10);
      await page.locator('.objects [aria-current="true"]', { hasText: 'dog' }).waitFor();
      await page.getByRole('button', { name: 'frames 5 - 7' }).click();
      await allOf(5);
      await page.locator('.video-tags .holds', { hasText: 'night' }).waitFor();
      await page.keyboard.press('End');
      await allOf(11);
      await page.getByLabel('dog', { exact: true }).uncheck();
      await expect.poll(() => at(15, 45), SOON).toBe('nothing');
      expect(await at(6 * 11 + 3, 15)).toBe(COLORS.car);
      nothingWentWrong(watched);
    });

    test('it plays to its end, and stops where it is told to', async () => {
      await openVideo(videos.webm);
      await page.keyboard.press(' ');
      await allOf(11);
      await page.getByRole('button', { name: 'Play' }).waitFor();
      // From the end it begins again, slowly, so that nobody has to be quick.
      await page.locator('.stage video').evaluate((element) => {
        (element as unknown as { playbackRate: number }).playbackRate = 0.07;
      });
      await page.keyboard.press(' ');
      await page.getByRole('button', { name: 'Pause' }).waitFor();
      await page.keyboard.press(' ');
      await page.getByRole('button', { name: 'Play' }).waitFor();
      const stopped = Number(await page.locator('.controls output b').textContent());
      expect(stopped).toBeLessThan(11);
      await allOf(stopped);
      nothingWentWrong(watched);
    });

    test('of thousands of objects a few rows are there, wherever the timeline is scrolled to', async () => {
      const many = await sdk.project('videos', {
        classes: [{ title: 'fish', shape: 'point', color: '#00AA00' }],
        tags: [],
      });
      const id = await addVideo(sdk, many, { title: 'shoal.webm', file: 'colours.webm' });
      const objects = await addObjects(sdk, many, id, new Array<string>(3000).fill('fish'));
      const last = objects.at(-1) ?? 0;
      await sdk.api('figures.bulk.add', {
        entityId: id,
        figures: [videoFigure(last, 7, 'point', { points: { exterior: [[48, 32]], interior: [] } })],
      });
      await page.goto(`${server.url}/projects/${many.projectId}/videos/${id}`);
      await page.locator('.timeline').getByText('3,000 objects').waitFor();
      await page.locator('.timeline .who').first().waitFor();
      await page.evaluate('document.querySelector(".timeline .rows").scrollTop = 1e6');
      await page.locator('.timeline .who', { hasText: String(last) }).click();
      await frameIs(7);
      await page.locator('.objects [aria-current="true"]').waitFor();
      expect(await page.locator('.timeline li').count()).toBeLessThan(30);
      nothingWentWrong(watched);
    });

    test('keyboard alone, from the gallery and back', async () => {
      await page.goto(`${server.url}/projects/${made.projectId}`);
      await page.getByRole('status').getByText('4 videos').waitFor();
      await page.locator('.tile').first().focus();
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { name: 'colours.webm' }).waitFor();
      await frameIs(0);
      await page.keyboard.press('PageDown');
      await frameIs(10);
      await page.getByLabel('Frame', { exact: true }).focus();
      await page.keyboard.press('ArrowLeft');
      await allOf(9);
      await page.locator('.timeline .who').nth(1).focus();
      await page.keyboard.press('Enter');
      await allOf(10);
      await page.keyboard.press('n');
      await page.getByRole('heading', { name: 'colours.mp4' }).waitFor();
      await frameIs(0);
      await page.keyboard.press('p');
      await page.getByRole('heading', { name: 'colours.webm' }).waitFor();
      await page.keyboard.press('Escape');
      await page.getByRole('status').getByText('4 videos').waitFor();
      expect(watched.strangers).toEqual([]);
    });

    test('the gallery by classes and tags of videos; the arrows stay within it', async () => {
      await page.goto(`${server.url}/projects/${made.projectId}`);
      const shown = (count: string) =>
        page.getByRole('status').getByText(`${count} videos`, { exact: true }).waitFor();
      const label = (name: string) => page.getByRole('button', { name: new RegExp(`^${name}`) });
      await label('bus').click();
      await page.getByText('No video is like that').waitFor();
      await label('car').click();
      await shown('4');
      await label('old').click();
      await shown('2');
      await look('video-gallery-filtered');
      await page.locator('.tile').first().click();
      await page.getByRole('heading', { name: 'colours.mp4' }).waitFor();
      await page.keyboard.press('n');
      await page.getByRole('heading', { name: 'away.mp4' }).waitFor();
      await page.keyboard.press('Escape');
      await shown('2');
      expect(watched.strangers).toEqual([]);
    });

    test('what the browser cannot play is said with its codec; its frames are there all the same', async () => {
      await page.goto(addressOf(videos.avi));
      await page.getByText('This browser cannot play the video (codec mpeg4)').waitFor();
      const over = (x: number, y: number): Promise<string> =>
        overlayColor(page, { x, y, width: 64, height: 48, picture: '.stand-in' }, Object.values(COLORS));
      await expect.poll(() => over(3, 15), SOON).toBe(COLORS.car);
      await page.keyboard.press('ArrowRight');
      await frameIs(1);
      await expect.poll(() => over(9, 15), SOON).toBe(COLORS.car);
      await page.locator('.timeline .who', { hasText: 'dog' }).click();
      await frameIs(8);
      await look('video-unplayable');
      const download = page.waitForEvent('download');
      await page.getByRole('link', { name: 'Download the video' }).click();
      expect((await download).suggestedFilename()).toBe('old.avi');
      await page.goto(addressOf(videos.link));
      await page.getByText('The video is a link to example.org').waitFor();
      await page.keyboard.press('End');
      await frameIs(9);
      expect(watched.strangers).toEqual([]);
    });

    test('statistics of videos', async () => {
      await page.goto(`${server.url}/projects/${made.projectId}`);
      await page.getByRole('link', { name: 'Statistics' }).click();
      const row = (name: string) =>
        page
          .getByRole('row', { name: new RegExp(`^${name}`) })
          .first()
          .locator('td.number');
      // Two drawn videos of 12 frames, two of 10.
      await expect.poll(() => row('car').allTextContents(), SOON).toEqual(['4', '32', '4']);
      expect(await row('dog').allTextContents()).toEqual(['4', '8', '4']);
      const counts = (await page.locator('.counts').textContent())?.replaceAll(/\s+/g, ' ');
      expect(counts).toMatch(/^4 videos ?4 annotated ?8 objects ?40 figures ?34 frames ?32 with labels$/);
      const lengths = page.getByRole('table', { name: 'Lengths' });
      await lengths.getByRole('row', { name: /^2\b/ }).waitFor();
      await look('video-statistics');
      expect(await seriousFindings(page)).toEqual([]);
      nothingWentWrong(watched);
    });

    test.each(LOOKS)(
      'nothing serious for who uses the keyboard or a screen reader: $name',
      async ({ name, options }) => {
        await open(options);
        await openVideo(videos.webm);
        await page.keyboard.press('End');
        await allOf(11);
        await look(`video-${name}`);
        expect(await seriousFindings(page)).toEqual([]);
        expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
        nothingWentWrong(watched);
        await page.goto(`${server.url}/projects/${made.projectId}`);
        await page.locator('.tile').nth(3).waitFor();
        await look(`videos-${name}`);
        expect(await seriousFindings(page)).toEqual([]);
      },
    );
  },
);
