/** Point clouds and volumes on the page in a real browser, drawn without a graphics card. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { LOOKS, seriousFindings } from '../support/accessibility.ts';
import type { ApiServer } from '../support/api-server.ts';
import { noBrowser, type WatchedPage } from '../support/browser.ts';
import { type Box, CLOUD_COLORS, type CloudProject, crossPcd, makeClouds } from '../support/cloud-project.ts';
import { nothingWentWrong, type PageBench, startPageBench, takePicture } from '../support/page-bench.ts';
import { type Place, screenOf } from '../support/screen.ts';
import { sdkClient } from '../support/sdk-client.ts';
import {
  makeVolumes,
  VOLUME_COLORS,
  VOLUME_SIZE,
  VOLUME_WINDOW,
  voxelAt,
} from '../support/volume-project.ts';

/** How long a poll goes on: no claim, only an end. */
const SOON = { timeout: 20_000 };
const PLAIN = '#C8C8C8';
const CAR: Box = { at: [4, 3, 0], turn: 0, size: [3, 5, 2] };
const TURNED: Box = { at: [-5, -4, 0], turn: Math.PI / 4, size: [2, 6, 1] };

let bench: PageBench;
let server: ApiServer;
let single: CloudProject;
let episode: CloudProject;
let volumes: Awaited<ReturnType<typeof makeVolumes>>;
let watched: WatchedPage;
let page: Page;

const missing = noBrowser();

describe.skipIf(missing !== undefined)(
  `point clouds and volumes on the page${missing === undefined ? '' : ` (skipped: ${missing})`}`,
  () => {
    beforeAll(async () => {
      bench = await startPageBench();
      ({ server } = bench);
      const sdk = sdkClient(server);
      const cross = crossPcd();
      single = await makeClouds(sdk, {
        files: [cross, Buffer.from('no cloud at all')],
        boxes: [[CAR, TURNED], [CAR]],
        // The arm along +x from the middle.
        segment: Array.from({ length: 101 }, (_, at) => 100 + at),
        photos: true,
      });
      episode = await makeClouds(sdk, {
        files: [cross, cross, cross],
        boxes: [[CAR], [], [TURNED]],
        episode: true,
      });
      volumes = await makeVolumes(sdk);
    });
    afterAll(() => bench?.stop());
    beforeEach(() => open());

    async function open(options: { dark?: boolean; width?: number } = {}): Promise<void> {
      watched = await bench.open(options);
      page = watched.page;
      await page.emulateMedia({ reducedMotion: 'reduce' });
    }

    const look = (name: string) => takePicture(page, name);

    const cloudUrl = (project: CloudProject, at: number): string =>
      `${server.url}/projects/${project.projectId}/clouds/${project.clouds[at]}`;
    const volumeUrl = (at: number): string =>
      `${server.url}/projects/${volumes.projectId}/volumes/${volumes.volumes[at]}`;

    /** Where a place of the cross is on the screen, seen from above with all of it in view. */
    async function fromAbove(): Promise<(place: readonly [number, number, number]) => Place> {
      const stage = (await page.locator('.stage').boundingBox())!;
      const half = (25 * Math.PI) / 180;
      const distance = Math.hypot(10, 10) / Math.sin(half);
      return ([x, y, z]) => {
        const scale = stage.height / 2 / Math.tan(half) / (distance - z);
        return { x: stage.x + stage.width / 2 + x * scale, y: stage.y + stage.height / 2 - y * scale };
      };
    }

    /** The middles of the four sides of the top of a box. */
    function topOf({ at: [x, y, z], turn, size }: Box): [number, number, number][] {
      const [cos, sin] = [Math.cos(turn), Math.sin(turn)];
      return [
        [1, 0],
        [-1, 0],
        [0, 1],
        [0, -1],
      ].map(([u = 0, v = 0]) => [
        x + (u * cos * size[0]) / 2 - (v * sin * size[1]) / 2,
        y + (u * sin * size[0]) / 2 + (v * cos * size[1]) / 2,
        z + size[2] / 2,
      ]);
    }

    test('boxes and points are where they belong, in the colours of their classes', async () => {
      await page.goto(cloudUrl(single, 0));
      await page.locator('.stage canvas[data-drawn]').waitFor();
      await look('cloud');
      await page.getByLabel('Colour by').selectOption('one');
      await page.getByLabel('Point size').fill('5');
      await page.getByRole('button', { name: 'Above' }).click();
      const at = await fromAbove();
      const seen = async () => {
        const screen = await screenOf(page);
        return {
          car: topOf(CAR).map((side) => screen.has(CLOUD_COLORS.car, at(side), 3)),
          turned: topOf(TURNED).map((side) => screen.has(CLOUD_COLORS.car, at(side), 3)),
          beside: screen.has(CLOUD_COLORS.car, at([7, 3, 0]), 3),
          segment: screen.has(CLOUD_COLORS.ground, at([7, 0, 0]), 2),
          plain: screen.has(PLAIN, at([-7, 0, 0]), 2),
        };
      };
      const all = [true, true, true, true];
      const none = [false, false, false, false];
      await expect
        .poll(seen, SOON)
        .toEqual({ car: all, turned: all, beside: false, segment: true, plain: true });
      await look('cloud-above');
      await page.getByRole('checkbox', { name: 'car' }).uncheck();
      await page.getByRole('checkbox', { name: 'ground' }).uncheck();
      await expect
        .poll(seen, SOON)
        .toEqual({ car: none, turned: none, beside: false, segment: false, plain: true });

      await page.getByRole('checkbox', { name: 'car' }).check();
      const middle = at(CAR.at);
      await page.mouse.move(middle.x, middle.y);
      await page.locator('.objects .lit').waitFor();
      await page.mouse.click(middle.x, middle.y);
      await page.locator('.objects [aria-current="true"]', { hasText: 'car' }).waitFor();
      const photo = page.getByRole('img', { name: 'front.png' });
      await expect
        .poll(() => photo.evaluate((one) => (one as unknown as { naturalWidth: number }).naturalWidth), SOON)
        .toBe(64);
      nothingWentWrong(watched);
    });

    test('by keyboard alone: turn, fly to an object, the next cloud, back to the project', async () => {
      await page.goto(cloudUrl(single, 0));
      await page.locator('.stage canvas[data-drawn]').waitFor();
      await page.keyboard.press('t');
      const at = await fromAbove();
      const isAbove = async () => {
        const screen = await screenOf(page);
        return topOf(CAR).every((side) => screen.has(CLOUD_COLORS.car, at(side), 3));
      };
      await expect.poll(isAbove, SOON).toBe(true);
      for (const key of ['Shift+ArrowLeft', 'Shift+ArrowDown', '+', 'w']) await page.keyboard.press(key);
      await expect.poll(isAbove, SOON).toBe(false);
      await page.keyboard.press('0');
      await page.keyboard.press('t');
      await expect.poll(isAbove, SOON).toBe(true);
      // The object flown to is in the middle.
      await page.getByRole('button', { name: /^car/ }).nth(1).press('Enter');
      await expect
        .poll(async () => (await screenOf(page)).has(CLOUD_COLORS.car, at([0, 0, 0]), 40), SOON)
        .toBe(true);
      await look('cloud-flown');
      await page.keyboard.press('ArrowRight');
      // What cannot be read is said, the objects are there all the same.
      await page.getByText('this file is none of them').waitFor();
      await page.getByRole('button', { name: /^car/ }).waitFor();
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('link', { name: 'Download the file' }).click(),
      ]);
      expect(download.suggestedFilename()).toBe('frame_1.pcd');
      await page.keyboard.press('Escape');
      await page.getByText('frame_0.pcd').waitFor();
      nothingWentWrong(watched);
    });

    test('an episode goes frame by frame, with keys and the slider, seen from the same place', async () => {
      await page.goto(cloudUrl(episode, 0));
      await page.locator('.stage canvas[data-drawn]').waitFor();
      await page.keyboard.press('t');
      const at = await fromAbove();
      const boxes = async () => {
        const screen = await screenOf(page);
        return [CAR, TURNED].map((box) => screen.has(CLOUD_COLORS.car, at(topOf(box)[0]!), 3));
      };
      await expect.poll(boxes, SOON).toEqual([true, false]);
      await page.keyboard.press('ArrowRight');
      await page.getByRole('heading', { name: 'frame_1.pcd' }).waitFor();
      await expect.poll(boxes, SOON).toEqual([false, false]);
      await page.getByRole('slider', { name: /^Frame/ }).fill('2');
      await page.getByRole('heading', { name: 'frame_2.pcd' }).waitFor();
      await expect.poll(boxes, SOON).toEqual([false, true]);
      await page.getByText('Frame 3 of 3').waitFor();
      nothingWentWrong(watched);
    });

    test('an episode plays to its end by the space bar; the next frames are fetched before they are shown', async () => {
      const fetched: number[] = [];
      page.on('request', (request) => {
        if (request.url().endsWith('/point-clouds.download'))
          fetched.push((request.postDataJSON() as { id: number }).id);
      });
      await page.goto(cloudUrl(episode, 0));
      await page.locator('.stage canvas[data-drawn]').waitFor();
      await expect.poll(() => [...fetched].sort((a, b) => a - b), SOON).toEqual(episode.clouds);
      await page.getByRole('heading', { name: 'frame_0.pcd' }).waitFor();
      await page.getByLabel('Speed').selectOption('20');
      await page.locator('h1').click();
      await page.keyboard.press('Space');
      await page.getByRole('heading', { name: 'frame_2.pcd' }).waitFor();
      await page.getByRole('button', { name: 'Play', exact: true }).waitFor();
      await expect.poll(() => page.url(), SOON).toBe(cloudUrl(episode, 2));
      // No frame was asked for a second time.
      expect(fetched.length).toBe(3);
      // From the end it begins anew; an arrow takes over.
      await page.getByLabel('Speed').selectOption('1');
      await page.getByRole('button', { name: 'Play', exact: true }).click();
      await page.getByRole('heading', { name: 'frame_0.pcd' }).waitFor();
      await page.keyboard.press('ArrowRight');
      await page.getByRole('heading', { name: 'frame_1.pcd' }).waitFor();
      await page.getByRole('button', { name: 'Play', exact: true }).waitFor();
      await expect.poll(() => page.url(), SOON).toBe(cloudUrl(episode, 1));
      nothingWentWrong(watched);
    });

    test('without WebGL a sentence says so, and the objects are in the list', async () => {
      await page.addInitScript(
        'const asked = HTMLCanvasElement.prototype.getContext; HTMLCanvasElement.prototype.getContext = function (kind, ...more) { return kind.startsWith("webgl") ? null : asked.call(this, kind, ...more); };',
      );
      await page.goto(cloudUrl(single, 0));
      await page.getByText('This browser cannot draw in space').waitFor();
      expect(await page.locator('.objects li').count()).toBe(3);
      await look('cloud-no-webgl');
      expect(await seriousFindings(page)).toEqual([]);
      expect(watched.strangers).toEqual([]);
    });

    const plane = (title: string) => page.getByRole('region', { name: title });

    async function openVolume(): Promise<void> {
      await page.goto(volumeUrl(0));
      await page.locator('.plane canvas[data-drawn]').nth(2).waitFor();
    }

    /** The grey value of a pixel of the slice that is shown. */
    async function greyAt(title: string, column: number, row: number): Promise<number> {
      const at = [column, row] as const;
      return plane(title)
        .locator('canvas.grey')
        .evaluate((canvas, [x, y]) => {
          // The types of the tests know no browser.
          const { getContext } = canvas as unknown as { getContext(kind: '2d'): never };
          const context = getContext.call(canvas, '2d') as {
            getImageData(...box: number[]): { data: Uint8ClampedArray };
          };
          return context.getImageData(x, y, 1, 1).data[0] ?? -1;
        }, at);
    }

    const expectedGrey = (x: number, y: number, z: number): number =>
      Math.min(255, Math.max(0, voxelAt(x, y, z) - VOLUME_WINDOW.low));

    /** Where a voxel of the shown slice is on the screen; front and head are up. */
    async function onScreen(title: string, column: number, row: number): Promise<Place> {
      const box = (await plane(title).locator('canvas.grey').boundingBox())!;
      const [nx, ny, nz] = VOLUME_SIZE;
      const [columns, rows] = { Axial: [nx, ny], Coronal: [nx, nz], Sagittal: [ny, nz] }[title] ?? [1, 1];
      return {
        // Beside its middle, through which a line of the crosshair may go.
        x: box.x + ((column + 0.7) / columns!) * box.width,
        y: box.y + box.height - ((row + 0.7) / rows!) * box.height,
      };
    }

    test('slices have the grey of their voxels, pixels the shape of voxels, figures their slice', async () => {
      await openVolume();
      await look('volume');
      // The middle at first.
      expect(await greyAt('Axial', 3, 4)).toBe(expectedGrey(3, 4, 10));
      expect(await greyAt('Coronal', 3, 4)).toBe(expectedGrey(3, 15, 4));
      expect(await greyAt('Sagittal', 3, 4)).toBe(expectedGrey(20, 3, 4));
      const coronal = (await plane('Coronal').locator('canvas.grey').boundingBox())!;
      expect(coronal.height / coronal.width).toBeCloseTo((20 * 2.5) / 40, 2);

      await page.getByLabel('Fill').fill('1');
      await page.getByRole('slider', { name: 'Axial' }).fill('7');
      await expect.poll(() => greyAt('Axial', 3, 4), SOON).toBe(expectedGrey(3, 4, 7));
      const [inside, outside] = [await onScreen('Axial', 17, 12), await onScreen('Axial', 22, 12)];
      const nodule = async () => {
        const screen = await screenOf(page);
        return [inside, outside].map((place) => screen.has(VOLUME_COLORS.nodule, place));
      };
      await expect.poll(nodule, SOON).toEqual([true, false]);
      await look('volume-figure');
      await page.getByRole('slider', { name: 'Axial' }).fill('8');
      await expect.poll(nodule, SOON).toEqual([false, false]);

      // A click in the list goes to the slice; the mask lies on its pixels.
      await page.getByRole('button', { name: /coronal 12/ }).click();
      await expect.poll(() => greyAt('Coronal', 3, 4), SOON).toBe(expectedGrey(3, 12, 4));
      const places = [
        [6, 3],
        [8, 4],
        [9, 4],
        [6, 5],
      ] as const;
      const corners = await Promise.all(places.map(([x, z]) => onScreen('Coronal', x, z)));
      await expect
        .poll(async () => {
          const screen = await screenOf(page);
          return corners.map((place) => screen.has(VOLUME_COLORS.nodule, place));
        }, SOON)
        .toEqual([true, true, false, false]);

      // The mask in space is a crop of the grid that begins at (30, 20, 10).
      await page.getByRole('button', { name: /mask 3d/ }).click();
      const lung = await Promise.all([onScreen('Sagittal', 20, 10), onScreen('Sagittal', 24, 10)]);
      await expect
        .poll(async () => {
          const screen = await screenOf(page);
          return lung.map((place) => screen.has(VOLUME_COLORS.lung, place));
        }, SOON)
        .toEqual([true, false]);
      await page.getByText('at 32, 22, 12').waitFor();
      await look('volume-mask');
      nothingWentWrong(watched);
    });

    test('planes are linked: wheel, click and keys move one place through all of them', async () => {
      await openVolume();
      const place = await onScreen('Axial', 8, 25);
      await page.mouse.click(place.x, place.y);
      await page.getByText('at 8, 25, 10').waitFor();
      await expect.poll(() => greyAt('Sagittal', 25, 10), SOON).toBe(expectedGrey(8, 25, 10));
      await page.mouse.wheel(0, -300);
      await page.getByText('at 8, 25, 13').waitFor();
      for (const key of ['ArrowDown', '2', 'PageDown', 'Shift+ArrowRight', 'Shift+ArrowUp'])
        await page.keyboard.press(key);
      await page.getByText('at 9, 15, 13').waitFor();
      await expect.poll(() => greyAt('Coronal', 1, 1), SOON).toBe(expectedGrey(1, 15, 1));
      // The ends of the body stand at the edges.
      expect(await plane('Axial').locator('.end').allTextContents()).toEqual(['L', 'R', 'A', 'P']);
      // A window of half the width is twice as steep.
      await page.getByLabel('Width').fill(String((VOLUME_WINDOW.high - VOLUME_WINDOW.low) / 2));
      const middle = (VOLUME_WINDOW.low + VOLUME_WINDOW.high) / 2;
      const steep = (value: number): number => 127.5 + 2 * (value - middle);
      await expect
        .poll(async () => Math.abs((await greyAt('Coronal', 10, 10)) - steep(voxelAt(10, 15, 10))), SOON)
        .toBeLessThan(4);
      await page.keyboard.press('Escape');
      await page.getByText('ct.nrrd').waitFor();
      await page.goto(volumeUrl(1));
      await page.getByText('this file is neither').waitFor();
      nothingWentWrong(watched);
    });

    test.each(LOOKS)(
      'nothing serious for who uses the keyboard or a screen reader: $name',
      async ({ name, options }) => {
        await open(options);
        for (const [view, address] of [
          ['cloud', cloudUrl(episode, 0)],
          ['volume', volumeUrl(0)],
        ] as const) {
          await page.goto(address);
          await page.locator('canvas[data-drawn]').first().waitFor();
          await look(`${view}-${name}`);
          expect(await seriousFindings(page), view).toEqual([]);
          expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), view).toBe(true);
        }
        nothingWentWrong(watched);
      },
    );
  },
);
