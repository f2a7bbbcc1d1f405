// Renders media/icon.svg to the 128 px PNG that the marketplace shows.
import { readFileSync } from 'node:fs';
import { chromium } from 'playwright-core';
import { chromiumSwitches, findChromium } from './chromium';

async function main(): Promise<void> {
  const browser = await chromium.launch({ executablePath: await findChromium(), args: [...chromiumSwitches] });
  const page = await browser.newPage({ viewport: { width: 128, height: 128 } });
  await page.setContent(
    `<style>body { margin: 0 } svg { display: block }</style>${readFileSync('media/icon.svg', 'utf8')}`,
  );
  await page.screenshot({ path: 'media/icon.png', omitBackground: true });
  await browser.close();
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
