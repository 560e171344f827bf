/* node film.js PAGE SECOND: PAGE is of a run of three epochs with snapshots, SECOND of the same run after two. At epoch 2 PAGE must show
 * SECOND's filters and maps to the bit, and its own answer. */
'use strict';
const fs = require('fs'), {open} = require('./page.js');
const [page, second] = process.argv.slice(2).map((name) => open(fs.readFileSync(name, 'utf8')));
const {code} = page, {film} = code.state, same = (a, b) => code.bitsOf(a) === code.bitsOf(b);
const wrong = [], expect = (fact, text) => fact || wrong.push(text);
const bytes = Buffer.from(page.network.samples[3].pixels, 'base64'), answer = code.run(page.network, bytes).answer.p;

expect(film.frames.map((frame) => frame && frame.epoch).join() === '0,1,2,', `frames are ${JSON.stringify(film.frames.map((frame) => frame && frame.epoch))}`);
code.setFrame(2);
const shown = code.runShown(bytes), wanted = code.run(second.network, bytes);
for (let depth = 1; depth <= page.network.layers.length; depth++) {
    const layer = code.layerAt(depth), filters = layer.type === 'conv2d', below = depth <= film.reach;
    for (const {name} of layer.arrays)
        expect(same(layer.weights[name], (filters ? second : page).network.layers[depth - 1].weights[name]), `${layer.name}/${name} is not that of the epoch`);
    expect(same(shown.values[depth].y, (below ? wanted : code.run(page.network, bytes)).values[depth].y), `the numbers of ${layer.name} are not those of the epoch`);
}
expect(same(shown.answer.p, answer) && !same(wanted.answer.p, answer), 'the answer is not that of the trained network');
code.setFrame(film.frames.length - 1);
expect(same(code.runShown(bytes).values[1].y, code.run(page.network, bytes).values[1].y), 'the last frame is not the trained network');
expect(film.reach === 3 && code.layerAt(1) === page.network.layers[0], `the film reaches to layer ${film.reach}`);
wrong.forEach((text) => console.log(text));
process.exit(wrong.length ? 1 : 0);
