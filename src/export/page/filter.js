/* Other weights than the trained ones: a filter changed by hand, or all of them as training began. */

/* The filter set behind the chosen number, where it is one of a convolution: {layer, f, name}. */
function chosenFilter() {
    const {chosen} = state, layer = chosen && chosen.depth ? layerAt(chosen.depth) : null;
    return layer && layer.kernel ? {layer, f: chosen.at % layer.out[2], name: `${chosen.depth}/${chosen.at % layer.out[2]}/${state.frame}`} : null;
}

/* What the buttons put into a filter: kernel (h, w, channel) as the program keeps it, at most as large as what was learned. */
const FILTERS = {
    learned: ({trained}, i) => trained[i],
    zero: () => 0,
    edge: ({most, width}, i, w) => (2 * w + 1 < width ? -most : 2 * w + 1 > width ? most : 0),
    blur: ({area}) => 1 / area,
};

function setFilter(word) {
    const {layer, f} = chosenFilter(), [height, width] = layer.kernel, [,, channels] = layer.in, filters = layer.out[2];
    const own = (values) => values.filter((_, i) => i % filters === f), trained = trainedKernel(layer);
    const about = {trained, most: limitOf(own(trained)), width, area: height * width * channels};
    for (let i = f; i < layer.weights.kernel.length; i += filters)
        layer.weights.kernel[i] = FILTERS[word](about, i, Math.floor(i / filters / channels) % width);
    changed();
}

/* The same places in the weights as they were trained; a network's weights begin their own memory. */
function trainedKernel(layer) {
    const {kernel} = layer.weights, from = kernel.byteOffset / 4;
    return state.trained.subarray(from, from + kernel.length);
}

function changed() {
    const same = state.weights.every((w, i) => w === state.trained[i]);
    state.begun = state.begun && !same;
    byId('edited').hidden = same;
    byId('begun').setAttribute('aria-pressed', state.begun);
    fillFilm();
    showFilter();
    fillFilter();
    follow(state.bytes || null);
}

function restoreWeights() {
    state.weights.set(state.trained);
    changed();
}

/* Fields for the weights of the chosen filter; built only when another one is chosen, so that a field keeps its focus. */
function showFilter() {
    const filter = chosenFilter(), block = byId('filter');
    if (filter && filter.name === state.filter)
        return;
    state.filter = filter ? filter.name : null;
    block.replaceChildren();
    if (!filter || filter.layer.weights.kernel.length / filter.layer.out[2] > 100)
        return;
    const {layer, f} = filter, [height, width] = layer.kernel, channels = layer.in[2], filters = layer.out[2];
    const buttons = element('p', undefined, {class: 'row'});
    for (const word of frameShown() ? [] : Object.keys(FILTERS)) {
        const button = element('button', say(word), {type: 'button'});
        button.addEventListener('click', () => setFilter(word));
        buttons.append(button);
    }
    block.append(element('h3', say('filter', layer.name, f)), buttons);
    for (let c = 0; c < channels; c++) {
        const grid = element('div', undefined, {class: 'grid', role: 'group', 'aria-label': say('channel', c)});
        grid.style.gridTemplateColumns = `repeat(${width}, 4.25rem)`;
        for (let place = 0; place < height * width; place++)
            grid.append(weightField(layer, (place * channels + c) * filters + f, say('weight', Math.floor(place / width), place % width, c)));
        block.append(element('p', say('channel', c), {class: 'quiet'}), grid);
    }
    fillFilter();
}

function weightField(layer, i, name) {
    const field = element('input', undefined, {type: 'number', step: 'any', 'aria-label': name, 'data-weight': i});
    field.readOnly = frameShown() !== null;
    field.addEventListener('input', () => {
        if (Number.isFinite(field.valueAsNumber)) {
            layer.weights.kernel[i] = flush(fround(field.valueAsNumber));
            changed();
        }
    });
    return field;
}

/* In at most nine letters, which a field has room for. */
const fitting = (x) => (short(x).length > 9 ? x.toExponential(3) : short(x));

function fillFilter() {
    const filter = chosenFilter();
    for (const field of filter ? byId('filter').querySelectorAll('input') : [])
        if (field !== document.activeElement)
            field.value = fitting(filter.layer.weights.kernel[field.dataset.weight]);
}

/* ---- as training began: src/base/random.c and model.c ------------------------------------------------ */

const u64 = (x) => BigInt.asUintN(64, x);

function splitmix(box) {
    let z = box.x = u64(box.x + 0x9e3779b97f4a7c15n);
    z = u64((z ^ z >> 30n) * 0xbf58476d1ce4e5b9n);
    z = u64((z ^ z >> 27n) * 0x94d049bb133111ebn);
    return z ^ z >> 31n;
}

function randomStream(seed, stream) {
    const box = {x: seed};
    box.x = splitmix(box) ^ stream;
    return [splitmix(box), splitmix(box), splitmix(box), splitmix(box)];
}

function randomFloat(s) {
    const turn = (x, k) => u64(x << k | x >> (64n - k));
    const result = u64(turn(u64(s[1] * 5n), 7n) * 9n), t = u64(s[1] << 17n);
    s[2] ^= s[0], s[3] ^= s[1], s[1] ^= s[2], s[0] ^= s[3], s[2] ^= t;
    s[3] = turn(s[3], 45n);
    return Number(result >> 40n) * 2 ** -24;
}

/* All weights as the seed draws them: uniform in -limit .. limit. */
function drawWeights(network) {
    const drawn = [];
    network.layers.forEach((layer, i) => {
        const random = randomStream(BigInt(network.seed), 0x100000000n + BigInt(i));
        for (const {count: n, limit, initial} of layer.arrays)
            for (let k = 0; k < n; k++)
                drawn.push(limit > 0 ? fround(fround(2 * randomFloat(random) - 1) * limit) : initial);
    });
    return Float32Array.from(drawn);
}

/* src/base/hash.c over the weights. */
function fingerprintOf(weights) {
    const view = new DataView(weights.buffer, weights.byteOffset, weights.byteLength), whole = weights.byteLength & ~7;
    let hash = 0xcbf29ce484222325n;
    const word = (value) => {
        hash = u64((hash ^ value) * 0x100000001b3n);
        hash ^= hash >> 32n;
    };
    for (let i = 0; i < whole; i += 8)
        word(view.getBigUint64(i, true));
    word(whole < weights.byteLength ? BigInt(view.getUint32(whole, true)) : 0n);
    word(BigInt(weights.byteLength));
    return hash.toString(16).padStart(16, '0');
}

/* Before and after training, by one button. */
function toggleBeginning() {
    const {network} = state;
    state.drawn = state.drawn || drawWeights(network);
    state.begun = !state.begun;
    state.weights.set(state.begun ? state.drawn : state.trained);
    changed();
}
