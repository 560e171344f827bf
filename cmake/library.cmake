# What leaves as libcnn, static and shared, made of the objects that program and tests are linked from. Only the names
# of include/cnn.h leave with it: all others are hidden in the objects (cnn_core), and in the archive made local, so
# that a program may have a file_exists of its own. For that the archive is one object, put together by ld -r.

set(names_stay "objcopy makes all other names local")
set(hide_names COMMAND ${CMAKE_OBJCOPY} --localize-hidden cnn.o)
if(APPLE) # there ld -r itself makes hidden names local
  set(names_stay "ld makes all other names local")
  set(hide_names)
elseif(NOT CMAKE_OBJCOPY)
  set(names_stay "without objcopy, names of the inside are seen by who links the static library")
  set(hide_names)
endif()
message(STATUS "libcnn: ${names_stay}")

add_custom_command(OUTPUT ${PROJECT_BINARY_DIR}/cnn.o
  COMMAND ${CMAKE_LINKER} -r -o cnn.o "$<TARGET_OBJECTS:cnn_core>" ${hide_names}
  DEPENDS cnn_core "$<TARGET_OBJECTS:cnn_core>"
  WORKING_DIRECTORY ${PROJECT_BINARY_DIR} COMMAND_EXPAND_LISTS VERBATIM)
add_library(cnn_static STATIC ${PROJECT_BINARY_DIR}/cnn.o)
set_source_files_properties(${PROJECT_BINARY_DIR}/cnn.o PROPERTIES EXTERNAL_OBJECT ON GENERATED ON)

add_library(cnn_shared SHARED $<TARGET_OBJECTS:cnn_core>)
target_link_libraries(cnn_shared PRIVATE cnn_flags cnn_needs)
# Before 1.0 a minor version may change what a function takes.
set_target_properties(cnn_shared PROPERTIES VERSION ${PROJECT_VERSION}
  SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})

foreach(library cnn_static cnn_shared)
  set_target_properties(${library} PROPERTIES OUTPUT_NAME cnn LINKER_LANGUAGE C)
  target_include_directories(${library} INTERFACE $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
endforeach()
set_target_properties(cnn_static PROPERTIES EXPORT_NAME static)
set_target_properties(cnn_shared PROPERTIES EXPORT_NAME cnn)

# An archive cannot say what it is linked to: CMake's package and pkg-config do, by name, as a path of this machine
# means nothing on another. clang alone knows where its OpenMP lies; what gcc makes, clang can link too.
pkg_check_modules(CNN_MODULES REQUIRED IMPORTED_TARGET ${CNN_MODULES})
set(CNN_OPENMP_NAMES ${OpenMP_C_LIB_NAMES})
if(OpenMP_C_FOUND AND CMAKE_C_COMPILER_ID STREQUAL "Clang")
  set(CNN_OPENMP_NAMES -fopenmp)
endif()
target_link_libraries(cnn_static INTERFACE PkgConfig::CNN_MODULES ${CNN_OPENMP_NAMES} m)
