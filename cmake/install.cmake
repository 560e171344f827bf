# make install: the program, the library with its header, what pkg-config needs to find them, the manual page.
include(GNUInstallDirs)

# A static library says itself what it is linked to. The paths are relative to the file, so that the folder can move.
file(RELATIVE_PATH CNN_PC_PREFIX "${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig" "${CMAKE_INSTALL_PREFIX}")
set(CNN_PC_LIBS "-lm")
foreach(name ${OpenMP_C_LIB_NAMES}) # they may lie in the compiler's own folder
  get_filename_component(folder ${OpenMP_${name}_LIBRARY} DIRECTORY)
  string(APPEND CNN_PC_LIBS " -L${folder} -l${name}")
endforeach()
if(CNN_JPEG)
  set(CNN_PC_JPEG " libjpeg")
endif()
configure_file(cmake/cnn.pc.in cnn.pc @ONLY)

install(TARGETS cnn cnn_core
  RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR}
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(FILES include/cnn.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(FILES ${PROJECT_BINARY_DIR}/cnn.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
install(FILES docs/cnn.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 OPTIONAL)
