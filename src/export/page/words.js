/* What the page says. {} is filled in, in order. */
const WORDS = {
    en: {
        draw: 'Draw', clear: 'Clear', eraser: 'Eraser', samples: 'Examples', network: 'The network at work', answer: 'Answer',
        card: 'One number', class: 'class', probability: 'probability', barsCaption: 'Probability of each class',
        drawHelp: 'Mouse, finger or pen. Keyboard: arrows move the pen, Space lowers and lifts it, Delete clears, 0 to 9 load an example.',
        noDrawing: 'Images of {} are not drawn by hand here; choose an example.',
        netHelp: 'Point at a number of a map, or move over it with the arrow keys, to see what it is made of.',
        about: '{}. Epochs: {}, parameters: {}, fingerprint: {}.',
        checking: 'Checking ...', good: 'Checked: all {} stored images give the program\'s own bits.',
        bad: 'This browser computes other numbers than the program: {} of {} stored images differ.',
        unchecked: 'No images are stored here to check against.',
        sourceData: 'From {}.', sourceDrawn: 'Digits drawn by the program.',
        blank: 'Nothing is drawn, so there is no answer.', verdict: 'It says {}, probability {}.',
        sureness: 'Of {} answers this sure on its test images, {} were right ({}).',
        input: 'what the network sees', parameters: '{} parameters, {} multiplications', none: 'no parameters',
        strongestAt: '{}, strongest at {}: {}',
        drawing: 'Drawing area. Pen at row {}, column {}, {}.', up: 'lifted', down: 'lowered', sample: 'Example {}',
        window: 'the window', weights: 'the weights', products: 'the products',
        bias: 'bias', sum: 'sum z', value: 'y = {}', largestOf: 'the largest of {} numbers', meanOf: 'the mean of {} numbers', normalised: 'the number below, less the mean that its channel had, in units of its deviation, scaled and shifted', sameAs: 'the same number as below',
        manyParts: 'summed in {} parts, in the program\'s order', strongest: 'The ten largest products:',
        choose: 'Nothing is chosen yet.', scale: 'one scale: {} to {}', logit: 'z = {}, e^(z - {}) = {}, divided by the sum {}',
        page: 'Made by {}.',
        walkOpen: 'Walk through it in {} steps', walkTitle: 'Step {} of {}: {}', walkClose: 'End the walk', previous: 'Back', next: 'Next',
        stepImage: 'the image', stepWindow: 'the window', stepMap: 'the map', stepLayer: '{}', stepUnits: 'units: {}', stepSoftmax: 'softmax',
        edited: 'Other weights: not the trained network.', restore: 'Back to what it learned', begun: 'As training began',
        learned: 'learned', zero: 'zero', edge: 'edge', blur: 'blur', filter: '{}: the filter of map {}', channel: 'on map {} below',
        weight: 'weight in row {}, column {}, on map {}',
        number: '{} × {} = {}',
    },
    ko: {
        draw: '그리기', clear: '지우기', eraser: '지우개', samples: '예시', network: '신경망이 계산하는 모습', answer: '답',
        card: '숫자 하나 들여다보기', class: '클래스', probability: '확률', barsCaption: '클래스별 확률',
        drawHelp: '마우스, 손가락, 펜으로 그립니다. 키보드: 화살표로 펜을 옮기고, 스페이스로 펜을 내리거나 들고, Delete로 지우고, 0~9로 예시를 불러옵니다.',
        noDrawing: '{} 이미지는 여기에서 그릴 수 없습니다. 예시를 고르세요.',
        netHelp: '특징맵의 한 점을 가리키거나 화살표 키로 옮기면 그 숫자가 어떻게 계산되었는지 볼 수 있습니다.',
        about: '{}. 에포크 {}, 파라미터 {}개, 지문 {}.',
        checking: '확인하고 있습니다 ...', good: '확인: 저장된 이미지 {}개 모두 프로그램과 비트까지 같습니다.',
        bad: '이 브라우저의 계산이 프로그램과 다릅니다. 저장된 이미지 {}개가 다릅니다(전체 {}개).',
        unchecked: '확인에 쓸 저장된 이미지가 없습니다.',
        sourceData: '{}에서 가져왔습니다.', sourceDrawn: '프로그램이 그린 숫자입니다.',
        blank: '그린 것이 없으므로 답도 없습니다.', verdict: '답은 {}, 확률 {}입니다.',
        sureness: '테스트 이미지에서 이만큼 확신한 답 {}개 가운데 {}개가 맞았습니다({}).',
        input: '신경망이 보는 이미지', parameters: '파라미터 {}개, 곱셈 {}번', none: '파라미터 없음',
        strongestAt: '{}, 값이 가장 큰 곳은 {}: {}',
        drawing: '그리는 곳. 펜 위치 {}행 {}열, {}.', up: '들려 있음', down: '내려 있음', sample: '예시 {}',
        window: '창에 보이는 값', weights: '가중치', products: '곱',
        bias: '편향', sum: '합 z', value: 'y = {}', largestOf: '숫자 {}개 가운데 가장 큰 값', meanOf: '숫자 {}개의 평균', normalised: '아래층의 숫자에서 그 채널의 평균을 빼고 표준편차로 나눈 뒤, 감마를 곱하고 베타를 더한 값', sameAs: '아래층과 같은 숫자',
        manyParts: '프로그램과 같은 순서로 {}부분으로 나누어 더합니다', strongest: '가장 큰 곱 열 개:',
        choose: '아직 고른 것이 없습니다.', scale: '같은 눈금: {} ~ {}', logit: 'z = {}, e^(z - {}) = {}, 합 {}로 나눔',
        page: '{}(으)로 만들었습니다.',
        walkOpen: '{}단계로 살펴보기', walkTitle: '{}/{}단계: {}', walkClose: '살펴보기 마치기', previous: '이전', next: '다음',
        stepImage: '이미지', stepWindow: '창', stepMap: '특징맵', stepLayer: '{}', stepUnits: '유닛: {}', stepSoftmax: '소프트맥스',
        edited: '가중치가 다릅니다. 학습된 신경망이 아닙니다.', restore: '학습된 값으로 되돌리기', begun: '학습을 시작할 때의 가중치',
        learned: '학습된 값', zero: '0', edge: '경계', blur: '흐림', filter: '{}: 특징맵 {}의 필터', channel: '앞 특징맵 {}에 대한 가중치',
        weight: '{}행 {}열, 특징맵 {}의 가중치',
        number: '{} × {} = {}',
    },
};

let language = 'en';
const say = (key, ...values) => WORDS[language][key].replace(/\{\}/g, () => values.shift());

/* Numbers as people read them: four digits, a percent with one. */
const short = (x) => (x === 0 ? '0' : Number(x.toPrecision(4)).toString());
const percent = (p) => (p > 0 && p < 0.001 ? '< 0.1 %' : p < 1 && p > 0.999 ? '> 99.9 %' : `${(100 * p).toFixed(1)} %`);
const count = (n) => n.toLocaleString('en');
