/* The words of cnn explain for what is drawn here. They come with the page's data: pieces that hold for every image, and
 * sentences that an image's numbers go into, put together here as src/explain puts them together. A piece is
 * [kind, text], kind heading, subheading, text or line, or ['table', rows], the first row its heading. */

/* A number as C's %.Ng has it: N digits, the even one of two that are as near, no zeros at the end. */
function general(x, digits) {
    if (!Number.isFinite(x))
        return x !== x ? 'nan' : x < 0 ? '-inf' : 'inf';
    const exact = x.toExponential(80), tie = new RegExp(`^(-?\\d\\.\\d{${digits - 2}}[02468])50*(e.*)$`).exec(exact);
    const [m, power] = (tie ? tie[1] + tie[2] : x.toExponential(digits - 1)).split('e'), e = Number(power);
    const trim = (text) => (text.includes('.') ? text.replace(/\.?0+$/, '') : text);
    if (e < -4 || e >= digits)
        return `${trim(m)}e${e < 0 ? '-' : '+'}${String(Math.abs(e)).padStart(2, '0')}`;
    return (Object.is(x, -0) ? '-' : '') + trim(Number(`${m}e${e}`).toFixed(digits - 1 - e));
}

/* As printf: %s, %d, %zu, %.6g. */
function filled(format, values) {
    const left = [...values];
    return format.replace(/%(?:s|d|zu|\.(\d)g)/g, (_, digits) => (digits ? general(left.shift(), Number(digits)) : left.shift()));
}

const said = (name, ...values) => filled(state.network.words[language].said[name], values);
const line = (format, ...values) => ['line', filled(format, values)];

/* The first of the largest of every stride-th number. */
function largestOf(values, first = 0, stride = 1) {
    let best = first;
    for (let i = first; i < values.length; i += stride)
        best = values[i] > values[best] ? i : best;
    return best;
}

function numberName(shape, at) {
    const [, width, channels] = shape, place = Math.floor(at / channels);
    return shape.length === 3 ? said('a_map', at % channels, Math.floor(place / width), place % width) : said('a_unit', at);
}

/* ---- layer `depth` in this image -------------------------------------------------------------------- */

const MOST_MAPS = 12;

function inThisImage(depth) {
    const layer = layerAt(depth), {y} = state.result.values[depth];
    if (!layer.computes)
        return [];
    const pieces = [['subheading', said('in_this_image')]];
    if (layer.out.length === 3)
        return pieces.concat(strongestOfMaps(layer.out, y));
    return pieces.concat([['text', said('largest_number', numberName(layer.out, largestOf(y)), y[largestOf(y)])]]);
}

function strongestOfMaps([, width, channels], y) {
    const rows = [['map', 'row', 'column', 'number_there'].map((name) => said(name))];
    for (let map = 0; map < Math.min(channels, MOST_MAPS); map++) {
        const at = largestOf(y, map, channels), place = Math.floor(at / channels);
        rows.push([map, Math.floor(place / width), place % width, general(y[at], 6)]);
    }
    const pieces = [['text', said('strongest_maps')], ['table', rows]];
    return channels > MOST_MAPS ? pieces.concat([['text', said('first_maps', MOST_MAPS, channels)]]) : pieces;
}

/* ---- the sum of number `at` of a convolution ---------------------------------------------------------- */

function sumOf(depth, at) {
    const layer = layerAt(depth), x = state.result.values[depth - 1].y, {z, y} = state.result.values[depth];
    const {x: from, w, bias} = layers[layer.type].sees(layer, at), [, width, channels] = layer.in;
    const row = from.map((i) => Math.floor(i / channels / width)), column = from.map((i) => Math.floor(i / channels) % width);
    const range = (one, more, values) => {
        const first = Math.min(...values), last = Math.max(...values);
        return first === last ? said(one, first) : said(more, first, last);
    };
    const rows = [[said(depth === 1 ? 'place_in_image' : 'place_in_maps'), 'x', 'w', 'x * w', said('sum')]];
    let sum = layer.weights.bias[bias];
    rows.push([said('bias'), '', '', '', general(sum, 6)]);
    from.forEach((i, k) => {
        const weight = layer.weights.kernel[w[k]];
        sum = fma(x[i], weight, sum);
        rows.push([`${row[k]}, ${column[k]}, ${i % channels}`, ...[x[i], weight, x[i] * weight + 0, sum].map((n) => general(n, 6))]);
    });
    return [['subheading', said('step_by_step', layer.name, numberName(layer.out, at))],
        ['text', said('looks_at', said(depth === 1 ? 'the_image' : 'layer_below'), range('one_row', 'rows', row), range('one_column', 'columns', column))],
        ['text', said('from_the_bias')], ['table', rows],
        ['text', sum === z[at] ? said('together', sum) : said('together_but', sum, z[at])],
        ...activationOf(layer, z[at], y[at])];
}

function activationOf({activation: word, formula}, z, y) {
    if (word === 'linear' || word === 'softmax')
        return [];
    return [['text', said('activation', word)], line('%s(z) = %s', word, formula), line('z = %.6g, y = %s(z) = %.6g', z, word, y)];
}

/* ---- number `at` of a layer that makes it of the one below ------------------------------------------ */

/* What becomes of A, B, C and D: src/explain/worked.c has the same. */
const FORMS = {
    'A': (a) => a, 'A + B': add, 'A - B': sub, 'A * B': mul, 'A / B': div, 'sqrt(A)': sqrt, 'A * B + C': fma,
    'A * B + C * D': (a, b, c, d) => add(mul(a, b), mul(c, d)),
};

const isWritten = (name) => /^\d/.test(name);

/* What a line is made of: what has that name so far, an array of weights, a number as written or of the layer. */
function numberOf(layer, known, name, at) {
    const weights = layer.weights[name];
    return known[name] ?? (weights ? weights[at % weights.length] : fround(isWritten(name) ? Number(name) : layer[name][0]));
}

/* Pieces with their lines worked out: each adds its number to those known by name. */
function workedOut(layer, at, known, pieces, digits) {
    return pieces.map(([kind, text]) => {
        if (kind !== 'worked')
            return [kind, text];
        const [name, form, ...of] = text.split('|'), numbers = of.map((one) => numberOf(layer, known, one, at));
        const inNumbers = (letter, i) => {
            const k = 'ABCD'.indexOf(letter), shown = isWritten(of[k]) ? of[k] : digits(numbers[k]);
            return numbers[k] < 0 && form[i - 1] === ' ' ? `(${shown})` : shown;
        };
        const names = form.replace(/[A-D]/g, (letter) => of['ABCD'.indexOf(letter)]), filledIn = form.replace(/[A-D]/g, inNumbers);
        const result = digits(known[name] = FORMS[form](...numbers));
        return ['line', [...new Set([name, names, filledIn, result])].join(' = ')];
    });
}

const sixDigits = (x) => general(x, 6);

/* {pieces, y: the number that they make, training: what training makes of it instead}; no pieces where the layer has no such lines. */
function howOf(depth, at, digits = sixDigits) {
    const layer = layerAt(depth), known = {x: state.result.values[depth - 1].y[at]}, [number, instead] = state.network.words[language].how[depth - 1];
    const pieces = workedOut(layer, at, known, number, digits), {y} = known;
    return {pieces, y, training: workedOut(layer, at, known, instead, digits)};
}

function howPieces(depth, at) {
    const layer = layerAt(depth), {pieces, training, y} = howOf(depth, at), {z} = state.result.values[depth];
    if (!pieces.length)
        return [];
    return [['subheading', said('how', layer.name, numberName(layer.out, at))], ...pieces,
        ['text', y === z[at] ? said('the_same') : said('not_the_same', y, z[at])], ...training];
}

/* ---- the answer ---------------------------------------------------------------------------------------- */

const answerOf = () => (givesProbabilities(state.network) ? softmaxOf() : outputsOf());

function outputsOf() {
    const {p} = state.result.answer, rows = [[said('class'), said('output')], ...Array.from(p, (y, i) => [i, general(y, 6)])];
    return [['subheading', said('the_largest')], ['text', said('outputs')], ['table', rows], ['text', said('largest_is', largestOf(p))]];
}

function softmaxOf() {
    const {values, answer: {most, e, sum, p}} = state.result, {z} = values[values.length - 1], rows = [[said('class'), 'z', 'e^(z - max)', said('probability')]];
    z.forEach((logit, i) => rows.push([i, ...[logit, e[i], p[i]].map((n) => general(n, 6))]));
    rows.push([said('sum'), '', general(sum, 6), '']);
    return [['subheading', said('the_answer')], ['text', said('softmax', most)], ['table', rows], ['text', said('answer_is', largestOf(z))]];
}
