/* node bits.js FOLDER STROKES FMA: runs the script of every page in FOLDER on the images of its .json, and draws the
 * strokes. Every bit must be that of the program. */
'use strict';
const fs = require('fs'), {block, load} = require('./page.js');
const [folder, strokesFile, fmaFile] = process.argv.slice(2);
const unhex = (text) => Uint8Array.from(text.match(/../g) || [], (byte) => parseInt(byte, 16));
let failed = 0, compared = 0;

function complain(text) {
    console.log(text);
    failed = 1;
}

/* Words in a row, without the rules below headings and the layout of tables. */
const plain = (text) => text.replace(/^[ =-]+$/gm, '').split(/\s+/).filter((word) => word).join(' ');
const textOf = (pieces) => plain(pieces.map(([kind, content]) => (kind === 'table' ? content.flat().join(' ') : content)).join('\n'));

const pages = fs.readdirSync(folder).filter((name) => name.endsWith('.html'));
for (const name of pages) {
    const page = fs.readFileSync(`${folder}/${name}`, 'utf8'), answers = JSON.parse(fs.readFileSync(`${folder}/${name.replace('html', 'json')}`));
    const code = load(page), data = JSON.parse(block(page, 'data'));
    const network = code.openNetwork(data, code.floatsOf(block(page, 'weights')));
    let wrong = 0;
    answers.images.forEach((image, i) => {
        const result = code.run(network, unhex(image));
        wrong += code.bitsOf(result.answer.p) !== answers.bits[i];
        Object.assign(code.state, {network, result});
        for (let depth = 1; i < 2 && depth <= network.layers.length; depth++)
            checkSum(code, depth, name);
    });
    if (data.beginning !== code.fingerprintOf(code.drawWeights(network)))
        complain(`${name}: the weights that the seed draws are not the program's`);
    compared += answers.images.length;
    if (wrong)
        complain(`${name}: ${wrong} of ${answers.images.length} images differ: ${data.arch}`);
    checkWalk(code, network, unhex(answers.images[0]), answers.explained, name);
    const samples = data.samples.filter(({pixels, bits}) => code.bitsOf(code.run(network, Buffer.from(pixels, 'base64')).answer.p) !== bits);
    if (samples.length || !data.samples.length)
        complain(`${name}: ${samples.length} of its ${data.samples.length} own images differ`);
}

/* The steps of the walk, one after the other, are the words of cnn explain for the same model and image. */
function checkWalk(code, network, image, explained, name) {
    Object.assign(code.state, {network, result: code.run(network, image), steps: code.stepsOf(network), chosen: null});
    for (const [language, [lesson, sums, ...hows]] of Object.entries(explained)) {
        code.speak(language);
        const texts = code.state.steps.map((step) => [step.word, textOf(code.walkPieces(step))]);
        const window = texts.find(([word]) => word === 'stepWindow'), whole = plain(lesson.replace(/^.*(Looked at here|여기서 보는 것은).*$/m, ''));
        const [begin, end] = language === 'en' ? ['The image: ', 'All together '] : ['이미지: ', '모두 합치면 '];
        let steps = texts.map(([, text]) => text).join(' ');
        const told = code.state.steps.filter(({depth, word}) => depth && word !== 'stepWindow').map(({depth}) => textOf(code.howPieces(depth, code.chosenIn(depth)))).filter((text) => text);
        if (told.length !== hows.length || told.some((text, k) => !plain(hows[k]).endsWith(text) || !steps.includes(text)))
            complain(`${name}: how a number comes about (${language}), ${told.length} of ${hows.length}, the page or its walk tells otherwise: ${told}`);
        for (const text of told)
            steps = steps.replace(`${text} `, '');
        if (window) {
            const sum = window[1].slice(window[1].search(language === 'en' ? /[a-z0-9_]+, map \d+, row \d+, column \d+: the sum/ : /[a-z0-9_]+: 특징맵 \d+, \d+행 \d+열의 값을/));
            steps = steps.replace(sum + ' ', '');
            const parts = sum.split(/(?<=[.:] )/).filter((part) => !plain(sums).includes(part.trim()));
            if (parts.length || sum.length < 300)
                complain(`${name}: the window's step (${language}) says what cnn explain does not: ${parts[0]}`);
        }
        const wanted = whole.slice(whole.indexOf(begin), whole.lastIndexOf(end)).trim();
        if (steps !== wanted) {
            let at = 0;
            while (steps[at] === wanted[at])
                at++;
            complain(`${name}: the walk (${language}) leaves cnn explain's words at: ${steps.slice(Math.max(at - 20, 0), at + 40)}`);
        }
    }
}

/* The strongest five each way are those, and with the bias and the rest they are the sum. */
function checkStrongest(code, products, bias, sum, name) {
    const {forIt, againstIt, rest, others} = code.forAndAgainst(products), chosen = forIt.concat(againstIt);
    const total = chosen.reduce((all, k) => all + products[k], bias + rest), size = products.reduce((all, p) => all + Math.abs(p), 1);
    const least = Math.min(...forIt.map((k) => products[k])), most = Math.max(...againstIt.map((k) => products[k]));
    const stronger = products.filter((p, k) => !chosen.includes(k) && p !== 0 && (forIt.length < 5 && p > 0 || againstIt.length < 5 && p < 0 || p > least || p < most));
    if (forIt.length > 5 || againstIt.length > 5 || chosen.length + others !== products.length || stronger.length || Math.abs(total - sum) > 1e-5 * size)
        complain(`${name}: the strongest products are not: ${forIt}, ${againstIt}; they make ${total} of ${sum}`);
}

/* What the card shows of a number, summed in the order it says, is the number. */
function checkSum(code, depth, name) {
    const layer = code.state.network.layers[depth - 1], x = code.state.result.values[depth - 1].y, {z} = code.state.result.values[depth];
    for (let at = 0; at < z.length; at += Math.ceil(z.length / 7)) {
        const {x: from, w, parts, bias} = code.layers[layer.type].sees(layer, at), {pieces, y} = code.howOf(depth, at);
        if (pieces.length && y !== z[at])
            complain(`${name}: ${layer.name}: number ${at} is ${z[at]}, its lines give ${y}`);
        if (!w)
            continue;
        const below = code.state.network.layers.slice(0, depth - 1).map(({type}) => type).join(' ');
        if (layer.in.length === 1 && code.belowName(depth, 0).includes('row') !== /(?<!globalavgpool2d|dense) flatten( dropout| batchnorm| activation)*$/.test(` ${below}`))
            complain(`${name}: ${layer.name}: the first number below, ${below}, is called ${code.belowName(depth, 0)}`);
        const {kernel, bias: b} = layer.weights;
        let sum = parts.length > 1 ? b[bias] : 0;
        parts.forEach((start, k) => {
            let part = parts.length > 1 ? 0 : b[bias];
            for (let i = start; i < (parts[k + 1] ?? from.length); i++)
                part = code.fma(x[from[i]], kernel[w[i]], part);
            sum = parts.length > 1 ? Math.fround(sum + part) : part;
        });
        checkStrongest(code, from.map((i, k) => x[i] * kernel[w[k]]), b[bias], z[at], `${name}: ${layer.name}, number ${at}`);
        if (sum !== z[at])
            complain(`${name}: ${layer.name}: number ${at} is ${z[at]}, its parts give ${sum}`);
    }
}

const code = load(fs.readFileSync(`${folder}/${pages[0]}`, 'utf8'));
for (const {digit, strokes, pixels} of JSON.parse(fs.readFileSync(strokesFile))) {
    const plane = code.newPlane();
    for (const stroke of strokes)
        stroke.forEach((point, i) => code.drawStroke(plane, stroke[Math.max(i - 1, 0)], point, 255));
    const hex = Buffer.from(code.cleanDrawing(plane)).toString('hex');
    if (hex !== pixels)
        complain(`strokes of ${digit}: the page's pixels differ from the program's`);
}
const products = JSON.parse(fs.readFileSync(fmaFile)), off = products.filter(([a, b, c, y]) =>
    code.fma(Math.fround(a), Math.fround(b), Math.fround(c)) !== Math.fround(y)).length;
if (off)
    complain(`${off} of ${products.length} fused products and sums differ`);
console.log(`${pages.length} networks, ${compared} images compared`);
process.exit(failed);
