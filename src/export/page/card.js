/* The card: how one number came about, in the program's order and with its digits. */

/* By hand: the walk follows, and on a small screen the card slides in. */
function chooseNumber(depth, at) {
    choose(depth, at);
    byId('sheet').classList.toggle('open', depth !== null);
    const maps = depth === null ? [] : state.maps[depth], canvas = maps[at % maps.length];
    if (canvas)
        canvas.scrollIntoView({block: 'nearest'});
    if (state.chosen && state.result)
        byId('live').textContent = `${placeName(depth, at)}: ${short(state.result.values[depth].y[at])}`;
    walkFollows();
}

function listenToSheet() {
    byId('sheet-close').addEventListener('click', () => chooseNumber(null));
    byId('hex').addEventListener('click', () => {
        state.hex = !state.hex;
        byId('hex').setAttribute('aria-pressed', state.hex);
        showCard();
    });
}

function choose(depth, at) {
    state.chosen = depth === null ? null : {depth, at};
    paintLayers();
    showCard();
    showFilter();
}

function placeName(depth, at) {
    const layer = state.network.layers[depth - 1], shape = depth ? layer.out : state.network.input, name = depth ? layer.name : say('input');
    return `${name}: ${numberName(shape, at)}`;
}

function showCard() {
    const card = byId('card'), {chosen, result, network} = state;
    byId('sheet').classList.toggle('empty', !chosen || !result);
    if (!chosen || !result) {
        card.replaceChildren(element('p', say('choose')));
        return;
    }
    const {depth, at} = chosen, value = result.values[depth], rows = [element('h3', placeName(depth, at))];
    if (depth)
        rows.push(...howItIsMade(depth, at));
    rows.push(element('p', say('value', digits(depth === network.layers.length ? result.answer.p[at] : value.y[at])), {class: 'result'}));
    card.replaceChildren(...rows);
}

function howItIsMade(depth, at) {
    const layer = layerAt(depth), x = state.result.values[depth - 1].y, {z, y} = state.result.values[depth];
    const {x: from, w, parts, bias, says} = layers[layer.type].sees(layer, at), inside = from.map((i) => x[i]), rows = [];
    if (!w && !layer.activation)
        rows.push(element('p', say(says ?? (from.length > 1 ? 'largestOf' : 'sameAs'), count(from.length))));
    const lines = howOf(depth, at, state.hex ? hexFloat : sixDigits).pieces.filter(([kind]) => kind === 'line');
    rows.push(...(lines.length > 1 ? lines.map(pieceElement) : [])); /* one says again that it is the same */
    if (!w && from.length > 1)
        rows.push(numberTable(say('window'), inside));
    if (w)
        rows.push(...sumShown(depth, inside, from, w),
            ...(parts.length > 1 ? [element('p', say('manyParts', parts.length))] : []),
            element('p', `${say('bias')} ${digits(layer.weights.bias[bias])}`), element('p', `${say('sum')} = ${digits(z[at])}`));
    if (layer.activation === 'softmax') {
        const {most, e, sum} = state.result.answer;
        rows.push(element('p', say('logit', digits(z[at]), digits(most), digits(e[at]), digits(sum))));
    } else if (layer.activation)
        rows.push(element('p', `${layer.activation}(${digits(z[at])}) = ${digits(y[at])}`));
    return rows;
}

/* Of a window every product; of a row of numbers the five strongest each way. */
function sumShown(depth, x, from, places) {
    const layer = layerAt(depth), w = places.map((i) => layer.weights.kernel[i]), products = x.map((value, k) => value * w[k]), taps = places.map((i) => Math.floor(i / layer.out[2]));
    if (layer.kernel && x.length <= 100)
        return [['window', x], ['weights', w], ['products', products]].map(([word, numbers]) => numberTable(say(word), numbers, layer, taps));
    const {forIt, againstIt, rest, others} = forAndAgainst(products);
    const list = (word, chosen) => (chosen.length ? [strongest(say(word), chosen.map((k) => [belowName(depth, from[k]), x[k], w[k], products[k]]))] : []);
    return [...list('forIt', forIt), ...list('againstIt', againstIt), element('p', say('otherProducts', count(others), digits(rest)))];
}

/* The five largest products above 0 and the five lowest below, by place, the strongest first, and the sum of all others: bias and all of
 * these together are the sum z, but for its roundings. */
function forAndAgainst(products) {
    const order = products.map((_, k) => k).sort((a, b) => products[b] - products[a] || a - b);
    const forIt = order.filter((k) => products[k] > 0).slice(0, 5), againstIt = order.filter((k) => products[k] < 0).slice(-5).reverse();
    const left = order.filter((k) => !forIt.includes(k) && !againstIt.includes(k));
    return {forIt, againstIt, others: left.length, rest: left.reduce((sum, k) => sum + products[k], 0)};
}

/* What number i below layer `depth` is called: where it lies in the map that flatten has laid out as a row, past layers that make each number
 * of the one at its place. */
function belowName(depth, i) {
    const below = state.network.layers.slice(0, depth - 1).reverse(), row = below.find((layer) => layer.in.length > 1 || layer.weights.kernel);
    return numberName(row && !row.computes ? row.in : below.length ? below[0].out : state.network.input, i);
}

function strongest(title, rows) {
    const table = element('table', undefined, {class: 'worked'}), frame = element('div', undefined, {class: 'frame', tabindex: '0', role: 'group', 'aria-label': title});
    table.append(element('caption', title));
    for (const [name, x, w, product] of rows) {
        const row = element('tr');
        row.append(element('th', name, {scope: 'row'}), element('td', `${digits(x)} × ${digits(w)}`), element('td', `= ${product > 0 && !state.hex ? '+' : ''}${digits(product)}`));
        table.append(row);
    }
    frame.append(table);
    return frame;
}

const digits = (x) => (state.hex ? hexFloat(x) : short(x));

/* Numbers of a window, those of each map below beside those of the map before, where it lies over the border nothing: taps says which place
 * in the window each has. Without a filter they are laid out as near to a square as they go. */
function numberTable(title, numbers, layer, taps) {
    const channels = layer ? layer.in[2] : 1, width = layer ? layer.kernel[1] : Math.ceil(Math.sqrt(numbers.length));
    const height = layer ? layer.kernel[0] : Math.ceil(numbers.length / width), limit = limitOf(numbers), table = element('table', undefined, {class: 'numbers'});
    const placed = new Map(numbers.map((number, k) => [taps ? taps[k] : k, number]));
    table.append(element('caption', title));
    if (channels > 1)
        table.append(rowOf(channels, (c) => element('th', `${said('map')} ${c}`, {scope: 'col', colspan: width})));
    for (let y = 0; y < height; y++)
        table.append(rowOf(width * channels, (i) => numberCell(placed.get((y * width + i % width) * channels + Math.floor(i / width)), limit)));
    const frame = element('div', undefined, {class: 'frame', tabindex: '0', role: 'group', 'aria-label': title});
    frame.append(table);
    return frame;
}

function rowOf(n, cell) {
    const row = element('tr');
    row.append(...Array.from({length: n}, (_, i) => cell(i)));
    return row;
}

function numberCell(number, limit) {
    const cell = element('td', number === undefined ? '' : digits(number));
    if (number !== undefined)
        cell.style.backgroundColor = `rgb(${colour(number, 2 * limit)})`;
    return cell;
}
