/* Layers as pictures. */
const byId = (id) => document.getElementById(id);

/* An element with a text; never markup: what a model is called may be anything. */
function element(name, text, attributes = {}) {
    const made = document.createElement(name);
    if (text !== undefined)
        made.textContent = text;
    for (const [key, value] of Object.entries(attributes))
        made.setAttribute(key, value);
    return made;
}

/* Blue above 0, orange below, as cnn show has it, the ground at 0; each scheme has its own. */
const dark = typeof window !== 'undefined' && window.matchMedia ? window.matchMedia('(prefers-color-scheme: dark)') : {matches: false};
const isDark = () => dark.matches && !state.printing;
const HUES = {light: [[179, 88, 6], [247, 247, 247], [33, 102, 172]], dark: [[253, 168, 84], [24, 24, 24], [120, 178, 240]]};

const hues = () => (isDark() ? HUES.dark : HUES.light);

function colour(value, limit, [low, zero, high] = hues()) {
    const end = value < 0 ? low : high;
    const t = limit > 0 ? Math.min(Math.abs(value) / limit, 1) : 0;
    return zero.map((z, i) => Math.round(z + (end[i] - z) * t));
}

const limitOf = (values) => values.reduce((m, x) => Math.max(m, Math.abs(x)), 0);

/* The page is laid out anew when a canvas is given a size, even the one it has. */
function resize(canvas, width, height) {
    if (canvas.width !== width || canvas.height !== height)
        canvas.width = width, canvas.height = height;
}

/* One channel of values [h][w][c] onto a canvas of so many pixels a cell, with boxes [top, left, bottom, right] around
 * cells. */
function paint(canvas, values, [height, width, channels], channel, limit, cell, boxes = []) {
    const context = canvas.getContext('2d'), image = context.createImageData(width * cell, height * cell), {data} = image, line = 4 * width * cell, now = hues();
    resize(canvas, width * cell, height * cell);
    for (let y = 0; y < height; y++) {
        const from = y * cell * line;
        for (let x = 0; x < width; x++) {
            const [r, g, b] = colour(values[(y * width + x) * channels + channel], limit, now);
            for (let at = from + 4 * x * cell, end = at + 4 * cell; at < end; at += 4)
                data[at] = r, data[at + 1] = g, data[at + 2] = b, data[at + 3] = 255;
        }
        for (let k = 1; k < cell; k++) /* a cell's first line of pixels is all of them */
            data.copyWithin(from + k * line, from, from + line);
    }
    context.putImageData(image, 0, 0);
    for (const [top, left, bottom, right] of boxes)
        for (const [style, wide] of [[isDark() ? '#000' : '#fff', 4], [isDark() ? '#fff' : '#000', 2]]) {
            context.strokeStyle = style;
            context.lineWidth = wide;
            context.strokeRect(left * cell + 1, top * cell + 1, (right - left) * cell - 2, (bottom - top) * cell - 2);
        }
}

/* The shape that a layer is shown in: maps as they are, a vector as a strip. */
function shownShape(shape) {
    if (shape.length === 3)
        return shape;
    const columns = Math.min(shape[0], 42);
    return [Math.ceil(shape[0] / columns), columns, 1];
}

/* The box, in the map's own cells, around some of its numbers. */
function boxAround(places, shape) {
    const [, width, channels] = shownShape(shape), box = [Infinity, Infinity, 0, 0];
    for (const i of places) {
        const x = Math.floor(i / channels) % width, y = Math.floor(i / channels / width);
        box[0] = Math.min(box[0], y), box[1] = Math.min(box[1], x), box[2] = Math.max(box[2], y + 1), box[3] = Math.max(box[3], x + 1);
    }
    return box;
}

/* Whose number `at` of layer `depth` was made of, down to the input: a list of places for each depth. */
function seenBelow(depth, at) {
    const seen = [];
    seen[depth] = [at];
    for (let d = depth; d > 0 && seen[d].length < 5000; d--) {
        const places = new Set();
        for (const i of seen[d])
            for (const x of layers[state.network.layers[d - 1].type].sees(state.network.layers[d - 1], i).x)
                places.add(x);
        seen[d - 1] = [...places];
    }
    return seen;
}

const shapeText = (shape) => shape.join(' × ');

/* The canvases of every layer, made once: maps[depth] = [canvas of each channel]. */
function buildLayers() {
    const list = byId('layers'), {network} = state;
    list.replaceChildren();
    state.maps = [network.input, ...network.layers.map(({out}) => out)].map((shape, depth) => {
        const layer = network.layers[depth - 1], block = element('section', undefined, {class: 'layer'}), row = element('div', undefined, {class: shape.length === 1 ? 'maps strip' : 'maps'});
        const title = layer ? `${layer.name}${layer.activation ? `, ${layer.activation}` : ''}: ${shapeText(shape)}` : `${say('input')}: ${shapeText(shape)}`;
        block.append(element('h3', title));
        if (layer) {
            const parameters = layer.arrays.reduce((n, array) => n + array.count, 0);
            block.append(element('p', parameters ? say('parameters', count(parameters), count(layer.macs)) : say('none'), {class: 'quiet'}));
        }
        block.append(element('p', '', {class: 'quiet scale'}), row);
        list.append(block);
        return Array.from({length: Math.min(shownShape(shape)[2], 64)}, (_, channel) => {
            const canvas = element('canvas', undefined, {role: 'application', tabindex: '0', 'aria-describedby': 'map-help'}), cell = element('div', undefined, {class: 'map'});
            cell.append(canvas);
            if (hasPicture(layer))
                cell.append(element('canvas', undefined, {role: 'img', class: 'filter'}));
            row.append(cell);
            listenToMap(canvas, depth, channel);
            return canvas;
        });
    });
}

function scaleText(depth, values, limit) {
    const scale = say('scale', short(values.some((x) => x < 0) ? -limit : 0), short(limit));
    return depth || !state.bytes ? scale : `${scale}; ${say('ink', count(state.bytes.reduce((sum, byte) => sum + byte)))}`;
}

function paintLayers() {
    const {network, result, chosen} = state, seen = chosen ? seenBelow(chosen.depth, chosen.at) : [];
    state.maps.forEach((canvases, depth) => {
        const shape = depth ? network.layers[depth - 1].out : network.input, shown = shownShape(shape);
        const last = depth === state.maps.length - 1;
        const values = result ? (last ? result.answer.p : result.values[depth].y) : new Float32Array(shape.reduce((a, b) => a * b));
        const limit = last && givesProbabilities(network) ? 1 : depth ? limitOf(values) : network.scale ? 1 : 255, cell = shown[1] > 30 ? 6 : Math.max(3, Math.floor(150 / shown[1]));
        const strip = new Float32Array(shown[0] * shown[1] * shown[2]);
        strip.set(values);
        canvases[0].closest('section').querySelector('.scale').textContent = scaleText(depth, values, limit);
        canvases.forEach((canvas, channel) => {
            const inChannel = (i) => i % shown[2] === channel;
            const boxes = seen[depth] && seen[depth].some(inChannel) ? [boxAround(seen[depth].filter(inChannel), shape)] : [];
            paint(canvas, strip, shown, channel, limit, cell, boxes);
            canvas.setAttribute('aria-label', mapLabel(depth, channel, shape, strip));
            if (canvas.nextSibling)
                paintFilter(canvas.nextSibling, layerAt(depth), channel);
        });
    });
}

/* Filters that are small enough to be seen. */
const hasPicture = (layer) => layer && layer.kernel && layer.kernel[0] * layer.kernel[1] * layer.in[2] <= 800;

/* The weights of a filter, its channels side by side, on one scale for the whole layer, as it is and as it was learned. */
function paintFilter(canvas, layer, filter) {
    const {in: [,, channels], out: [,, filters], kernel: [height, width], weights: {kernel}} = layer, cell = 8, columns = Math.min(channels, Math.max(1, Math.floor(18 / (width + 1))));
    const limit = Math.max(limitOf(kernel), limitOf(trainedKernel(layer))), context = canvas.getContext('2d'), own = kernel.filter((_, i) => i % filters === filter);
    resize(canvas, (columns * (width + 1) - 1) * cell, (Math.ceil(channels / columns) * (height + 1) - 1) * cell);
    own.forEach((weight, i) => {
        const channel = i % channels, x = Math.floor(i / channels) % width, y = Math.floor(i / channels / width);
        context.fillStyle = `rgb(${colour(weight, limit)})`;
        context.fillRect((channel % columns * (width + 1) + x) * cell, (Math.floor(channel / columns) * (height + 1) + y) * cell, cell, cell);
    });
    canvas.setAttribute('aria-label', say('filterSeen', layer.name, filter, short(Math.min(...own)), short(Math.max(...own))));
}

function mapLabel(depth, channel, shape, values) {
    const name = depth ? state.network.layers[depth - 1].name : say('input'), best = largestOf(values, channel, shownShape(shape)[2]);
    return state.result ? say('strongestAt', name, numberName(shape, best), short(values[best])) : `${name}: ${say('blank')}`;
}

/* A pointer or the arrow keys choose a number. */
function listenToMap(canvas, depth, channel) {
    const shape = depth ? state.network.layers[depth - 1].out : state.network.input, [height, width, channels] = shownShape(shape);
    const choose = (x, y) => {
        const at = (y * width + x) * channels + channel;
        if (x >= 0 && y >= 0 && x < width && y < height && at < shape.reduce((a, b) => a * b))
            chooseNumber(depth, at);
    };
    const point = (event) => {
        const box = canvas.getBoundingClientRect();
        choose(Math.floor((event.clientX - box.left) / box.width * width), Math.floor((event.clientY - box.top) / box.height * height));
    };
    canvas.addEventListener('pointerdown', point);
    canvas.addEventListener('pointermove', (event) => event.pointerType === 'mouse' && point(event));
    canvas.addEventListener('keydown', (event) => {
        const steps = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1], Home: [-width, 0], End: [width, 0]};
        const step = steps[event.key], here = state.chosen && state.chosen.depth === depth ? state.chosen.at : channel;
        if (event.key === 'Escape')
            chooseNumber(null);
        const next = state.maps[depth][channel + {PageUp: -1, PageDown: 1}[event.key]];
        if (next) {
            event.preventDefault();
            next.focus();
            chooseNumber(depth, here - here % channels + state.maps[depth].indexOf(next));
        }
        if (!step)
            return;
        event.preventDefault();
        const x = Math.floor(here / channels) % width, y = Math.floor(here / channels / width);
        choose(Math.min(Math.max(x + step[0], 0), width - 1), y + step[1]);
    });
}
