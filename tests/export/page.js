/* A page's parts, for tests in Node. */
'use strict';
const vm = require('vm');

/* The text of one of its two blocks of data. */
exports.block = (page, id) => new RegExp(`id="${id}">([^<]*)</script>`).exec(page)[1];

/* The script without a document: it defines what it has, and main.js does not begin. */
exports.load = (page) => {
    const script = page.slice(page.lastIndexOf('<script>') + 8, page.lastIndexOf('</script>'));
    return vm.runInThisContext(`(function () {${script}
        return {openNetwork, floatsOf, run, bitsOf, drawStroke, cleanDrawing, newPlane, fma, layers, drawWeights, fingerprintOf, state,
            stepsOf, walkPieces, howOf, howPieces, chosenIn, belowName, openFilm, setFrame, layerAt, runShown, forAndAgainst, hexFloat, speak: (word) => { language = word; }};})()`);
};

/* Its script and its network, as the page opens them. */
exports.open = (page) => {
    const code = exports.load(page), trained = code.floatsOf(exports.block(page, 'weights'));
    const network = code.openNetwork(JSON.parse(exports.block(page, 'data')), trained.slice());
    Object.assign(code.state, {network, trained, film: code.openFilm(network, trained)});
    return {code, network};
};
