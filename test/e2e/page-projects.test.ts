/** Projects, gallery, viewer and statistics of the page in a real browser. */
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { hexToBase64, sha256Of } from '../../src/lib/hash.ts';
import { LOOKS, seriousFindings } from '../support/accessibility.ts';
import type { ApiServer } from '../support/api-server.ts';
import { noBrowser, type WatchedPage } from '../support/browser.ts';
import { COLORS, type DrawnProject, HEIGHT, makeDrawnProject, WIDTH } from '../support/drawn-project.ts';
import { type ManyImages, makeManyImages } from '../support/many-images.ts';
import { overlayColor } from '../support/overlay.ts';
import { nothingWentWrong, type PageBench, startPageBench, takePicture } from '../support/page-bench.ts';

const MANY = 5000;
/** How long a poll goes on: no claim, only an end. */
const SOON = { timeout: 30_000 };

let bench: PageBench;
let server: ApiServer;
let drawn: DrawnProject;
let many: ManyImages;
let watched: WatchedPage;
let page: Page;

const missing = noBrowser();

describe.skipIf(missing !== undefined)(
  `projects on the page${missing === undefined ? '' : ` (skipped: ${missing})`}`,
  () => {
    beforeAll(async () => {
      bench = await startPageBench();
      ({ server } = bench);
      drawn = await makeDrawnProject(server, 4);
      many = await makeManyImages(server, MANY);
    });
    afterAll(() => bench?.stop());
    beforeEach(() => open());

    async function open(options: { dark?: boolean; width?: number } = {}): Promise<void> {
      watched = await bench.open(options);
      page = watched.page;
    }

    const look = (name: string) => takePicture(page, name);

    async function openImage(projectId: number, id: number): Promise<void> {
      await page.goto(`${server.url}/projects/${projectId}/images/${id}`);
      await page.locator('.stage canvas[data-drawn]').waitFor();
    }

    /** What is drawn at a place of the image (image pixels), as the nearest class colour. */
    const colorAt = (x: number, y: number): Promise<string> =>
      overlayColor(
        page,
        { x, y, width: WIDTH, height: HEIGHT, picture: 'img:not(.early)' },
        Object.values(COLORS),
      );

    test('objects are where they belong at every zoom, and can be switched off', async () => {
      await openImage(drawn.projectId, drawn.imageIds[1]!);
      await look('image');
      const allPlaces = async (): Promise<void> => {
        expect(await colorAt(150, 400)).toBe(COLORS.road);
        expect(await colorAt(300, 375)).toBe('nothing'); // the hole
        expect(await colorAt(480, 240)).toBe(COLORS.car);
        expect(await colorAt(90, 90)).toBe(COLORS.tree);
        expect(await colorAt(43, 43)).toBe('nothing'); // the corner of the mask's box
        expect(await colorAt(220, 120)).toBe(COLORS.sign);
        expect(await colorAt(300, 185)).toBe(COLORS.person);
        expect(await colorAt(600, 100)).toBe('nothing');
      };
      await allPlaces();
      await page.getByLabel('road').uncheck();
      await expect.poll(() => colorAt(150, 400), SOON).toBe('nothing');
      expect(await colorAt(480, 240)).toBe(COLORS.car);
      await page.getByLabel('road').check();

      await page.keyboard.press('-');
      await expect.poll(() => page.locator('.zoom output').textContent(), SOON).not.toBe('');
      await allPlaces();
      await page.keyboard.press('1');
      await expect.poll(() => page.locator('.zoom output').textContent(), SOON).toBe('100%');
      await allPlaces();
      // The wheel zooms in where the pointer is: that place stays under it.
      const stage = (await page.locator('.stage').boundingBox())!;
      await page.mouse.move(stage.x + stage.width / 2, stage.y + stage.height / 2);
      for (let k = 0; k < 12; k++) await page.mouse.wheel(0, -120);
      await expect
        .poll(async () => Number((await page.locator('.zoom output').textContent())?.replace('%', '')), SOON)
        .toBeGreaterThan(300);
      expect(
        await page
          .locator('.stage img')
          .evaluate((one) => (one as unknown as { style: { imageRendering: string } }).style.imageRendering),
      ).toBe('pixelated');
      expect(await colorAt(300, 230)).toBe('nothing');
      expect(await colorAt(297, 240)).toMatch(/#0CA678|nothing/);
      await look('image-zoomed');
      await page.getByRole('button', { name: 'Fit' }).click();
      await allPlaces();
      nothingWentWrong(watched);
    });

    test('what is pointed at lights up in picture and list; a click shows it large', async () => {
      await openImage(drawn.projectId, drawn.imageIds[0]!);
      const place = async (x: number, y: number): Promise<{ x: number; y: number }> => {
        const box = (await page.locator('.stage img:not(.early)').boundingBox())!;
        return { x: box.x + (x / WIDTH) * box.width, y: box.y + (y / HEIGHT) * box.height };
      };
      const car = await place(480, 240);
      await page.mouse.move(car.x, car.y);
      await page.locator('.objects .lit', { hasText: 'car' }).waitFor();
      const hole = await place(300, 375);
      await page.mouse.move(hole.x, hole.y);
      await expect.poll(() => page.locator('.objects .lit').count(), SOON).toBe(0);
      await page.mouse.click(car.x, car.y);
      await page.locator('.objects [aria-current="true"]', { hasText: 'car' }).waitFor();

      const before = (await page.locator('.stage img:not(.early)').boundingBox())!;
      await page.getByRole('button', { name: /^tree/ }).click();
      await expect
        .poll(async () => (await page.locator('.stage img:not(.early)').boundingBox())!.width, SOON)
        .toBeGreaterThan(before.width * 1.5);
      expect(await colorAt(90, 90)).toBe(COLORS.tree);
      await look('image-chosen');
      await page.keyboard.press('h');
      await expect.poll(() => colorAt(90, 90), SOON).toBe('nothing');
      nothingWentWrong(watched);
    });

    test('next and previous stay within what was looked at; Escape goes back to it', async () => {
      await page.goto(`${server.url}/projects/${many.projectId}?class=${await classId('bus')}`);
      await page.getByRole('status').getByText('500 images').waitFor();
      await page.locator('.tile').first().click();
      await page.getByRole('heading', { name: 'frame_000000.png' }).waitFor();
      await page.locator('.stage canvas[data-drawn]').waitFor();
      await page.keyboard.press('ArrowRight');
      await page.getByRole('heading', { name: 'frame_000010.png' }).waitFor();
      await page.keyboard.press('ArrowRight');
      await page.getByRole('heading', { name: 'frame_000020.png' }).waitFor();
      await page.keyboard.press('ArrowLeft');
      await page.getByRole('heading', { name: 'frame_000010.png' }).waitFor();
      await page.keyboard.press('Escape');
      await page.getByRole('status').getByText('500 images').waitFor();
      nothingWentWrong(watched);
    });

    async function classId(title: string): Promise<number> {
      const { classes } = await server.api<{ classes: { id: number; title: string }[] }>('projects.meta', {
        id: many.projectId,
      });
      return classes.find((one) => one.title === title)!.id;
    }

    test('a gallery of thousands has few elements, wherever it is scrolled to', async () => {
      await page.goto(`${server.url}/projects/${many.projectId}`);
      await page.locator('.tile canvas[data-drawn]').nth(8).waitFor();
      await look('gallery');
      const elements = (): Promise<number> => page.evaluate('document.querySelectorAll("*").length');
      expect(await elements()).toBeLessThan(800);
      const height: number = await page.evaluate('document.documentElement.scrollHeight');
      expect(height).toBeGreaterThan(100_000);
      for (const share of [0.5, 0.98, 0.1, 1]) {
        await page.evaluate(`scrollTo(0, ${Math.round(height * share)})`);
        await page.locator('.tile canvas[data-drawn]').nth(6).waitFor();
        expect(await elements()).toBeLessThan(800);
      }
      await page.getByText(`frame_00${MANY - 1}.png`).waitFor();
      // Back from an image it is where it was.
      await page.getByText(`frame_00${MANY - 1}.png`).click();
      await page.getByRole('heading', { name: `frame_00${MANY - 1}.png` }).waitFor();
      await page.goBack();
      await page.getByText(`frame_00${MANY - 1}.png`).waitFor();
      nothingWentWrong(watched);
    });

    test('the gallery by dataset, name, class and tag; by keyboard alone', async () => {
      await page.goto(`${server.url}/projects/${many.projectId}`);
      await page.getByRole('status').getByText('5,000 images').waitFor();
      await page.getByRole('button', { name: /^train/ }).click();
      await page.getByRole('status').getByText('3,750 images in train').waitFor();
      await page.getByRole('button', { name: /^berlin/ }).click();
      await page.getByRole('status').getByText('2,500 images in train/berlin').waitFor();
      await page.getByRole('searchbox', { name: 'Search images by name' }).fill('FRAME_0013');
      await page.getByRole('status').getByText('100 images').waitFor();
      await page.getByRole('button', { name: /^bus/ }).click();
      await page.getByRole('status').getByText('10 images').waitFor();
      await page.getByRole('button', { name: /^night/ }).click();
      await expect.poll(() => page.locator('.tile').count(), SOON).toBe(10);
      await page.getByRole('searchbox', { name: 'Search images by name' }).fill('nothing like it');
      await page.getByText('No image is like that').waitFor();

      await page.goto(`${server.url}/projects/${many.projectId}`);
      await page.locator('.tile').first().focus();
      await page.keyboard.press('ArrowRight');
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('End');
      await expect
        .poll(() => page.evaluate('document.activeElement.title'), SOON)
        .toBe(`frame_00${MANY - 1}.png`);
      await page.keyboard.press('Home');
      await expect.poll(() => page.evaluate('document.activeElement.title'), SOON).toBe('frame_000000.png');
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { name: 'frame_000000.png' }).waitFor();
      nothingWentWrong(watched);
    });

    test('statistics: objects and images by class, tags, bins', async () => {
      await page.goto(`${server.url}/projects/${many.projectId}`);
      await page.getByRole('link', { name: 'Statistics' }).click();
      const car = page.getByRole('row', { name: /^car/ });
      await car.waitFor();
      // 16 x 32 of 64 x 64 pixels.
      expect((await car.textContent())?.replaceAll(/\s/g, '')).toBe('car5,0005,00012.5%');
      expect((await page.getByRole('row', { name: /^bus/ }).textContent())?.trim()).toBe('bus50050012.5%');
      expect(await page.getByRole('row', { name: /^night/ }).textContent()).toBe('night1,0000');
      const bins = page.getByRole('table', { name: 'Objects per image' });
      expect(await bins.getByRole('row').nth(2).textContent()).toBe('14,500');
      await look('statistics');
      nothingWentWrong(watched);
    });

    test('kinds that browsers do not show: TIFF and 16 bits are converted, links and broken files say why', async () => {
      const { id: projectId } = await server.api<{ id: number }>('projects.add', {
        name: 'Odd',
        workspaceId: 1,
      });
      const { id: datasetId } = await server.api<{ id: number }>('datasets.add', { projectId, name: 'all' });
      const depth = new Uint16Array(64 * 64).map((_, at) => (at % 64) * 60);
      const grey = sharp(depth, { raw: { width: 64, height: 64, channels: 1 } }).toColourspace('grey16');
      const files: Record<string, Buffer> = {
        'depth.png': await grey.clone().png().toBuffer(),
        'depth.tif': await grey.clone().tiff().toBuffer(),
        'broken.png': Buffer.from('no picture at all'),
      };
      const images: object[] = [{ name: 'linked.jpg', link: 'https://example.org/a/linked.jpg' }];
      for (const [name, bytes] of Object.entries(files)) {
        await server.blobs.put(sha256Of(bytes), bytes);
        images.push({ name, hash: hexToBase64(sha256Of(bytes)) });
      }
      const ids = (await server.api<{ id: number }[]>('images.bulk.add', { datasetId, images })).map(
        (one) => one.id,
      );
      const show = (id: number | undefined) => page.goto(`${server.url}/projects/${projectId}/images/${id}`);
      await show(ids[0]);
      await page.getByText('The picture is a link to example.org').waitFor();
      for (const id of [ids[1], ids[2]]) {
        await show(id);
        await expect
          .poll(
            () =>
              page
                .locator('.stage img:not(.early)')
                .evaluate((one) => (one as unknown as { naturalWidth: number }).naturalWidth),
            SOON,
          )
          .toBe(64);
        expect(await page.locator('.stage img:not(.early)').getAttribute('src')).toContain('/display');
        await page.locator('.why-shown').waitFor();
      }
      expect(watched.errors).toEqual([]);
      await show(ids[3]);
      await page.getByText('This picture cannot be shown').waitFor();
      await page.goto(`${server.url}/projects/${projectId}`);
      await page.getByText('No preview').waitFor();
      await page.getByText('Link', { exact: true }).waitFor();
      await look('odd');
      expect(watched.strangers).toEqual([]);
    });

    test.each(LOOKS)(
      'nothing serious for who uses the keyboard or a screen reader: $name',
      async ({ name, options }) => {
        await open(options);
        for (const [view, address, ready] of [
          ['projects', '/projects', '.cover img'],
          ['project', `/projects/${many.projectId}`, '.tile canvas[data-drawn]'],
          ['statistics', `/projects/${many.projectId}?tab=statistics`, '.bars'],
          ['image', `/projects/${drawn.projectId}/images/${drawn.imageIds[1]}`, '.stage canvas[data-drawn]'],
        ] as const) {
          await page.goto(`${server.url}${address}`);
          await page.locator(ready).first().waitFor();
          await look(`${view}-${name}`);
          expect(await seriousFindings(page), view).toEqual([]);
          expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), view).toBe(true);
        }
        nothingWentWrong(watched);
      },
    );

    test('with the event stream broken the list of projects asks instead', async () => {
      await page.route('**/events*', (route) => route.abort());
      await page.goto(`${server.url}/projects`);
      await page.getByText('Polling').waitFor();
      await server.api('projects.add', { name: 'Appears by itself', workspaceId: 1 });
      await page.getByText('Appears by itself').waitFor();
    });
  },
);
