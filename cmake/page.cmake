# The page of `cnn export html` as C: the style, the body, and one script of all its parts, so that nothing but data
# differs from page to page and the hashes in its security policy are known when the program is built.
# Run by: cmake -D SOURCE=FOLDER -D OUT=FILE.c -P page.cmake

# embed(NAME FILE): a text as an array of bytes.
function(embed name file)
  file(READ ${file} hex HEX)
  string(REGEX REPLACE "(..)" "0x\\1," bytes "${hex}")
  string(REGEX REPLACE "(................................................................................)" "\\1\n    " bytes "${bytes}")
  file(APPEND ${OUT}.new "const unsigned char page_${name}[] = {\n    ${bytes}0};\nconst size_t page_${name}_bytes = sizeof page_${name} - 1;\n")
endfunction()

# embed_hash(NAME FILE): its SHA-256 as a security policy has it, in base 64.
function(embed_hash name file)
  set(letters "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
  file(SHA256 ${file} hex)
  set(text "")
  foreach(i RANGE 0 63 3) # 64 digits, and two of padding: 22 times 12 bits
    string(SUBSTRING "${hex}00" ${i} 3 digits)
    math(EXPR high "(0x${digits}) >> 6")
    math(EXPR low "(0x${digits}) & 63")
    string(SUBSTRING ${letters} ${high} 1 a)
    string(SUBSTRING ${letters} ${low} 1 b)
    string(APPEND text "${a}${b}")
  endforeach()
  string(SUBSTRING ${text} 0 43 text)
  file(APPEND ${OUT}.new "const char page_${name}_hash[] = \"sha256-${text}=\";\n")
endfunction()

file(GLOB activations ${SOURCE}/src/kernels/activations/*.js)
file(GLOB layers ${SOURCE}/src/nn/layers/*.js)
set(page ${SOURCE}/src/export/page)
file(WRITE ${OUT}.js "")
foreach(part ${page}/number.js ${activations} ${page}/windows.js ${layers} ${page}/network.js ${page}/pen.js
    ${page}/words.js ${page}/show.js ${page}/card.js ${page}/filter.js ${page}/film.js ${page}/draw.js ${page}/explain.js ${page}/walk.js
    ${page}/main.js)
  file(READ ${part} text)
  file(APPEND ${OUT}.js "${text}\n")
endforeach()

file(WRITE ${OUT}.new "/* Made by cmake/page.cmake. */\n#include \"export/page.h\"\n")
embed(script ${OUT}.js)
embed(style ${page}/style.css)
embed(body ${page}/body.html)
embed_hash(script ${OUT}.js)
embed_hash(style ${page}/style.css)
file(RENAME ${OUT}.new ${OUT})
