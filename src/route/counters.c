typedef int nw_empty_file;
