# Tables as the user gives them: a data frame, or the path of a file.

# A data frame, or a fault (data frame of class tte_fault) that says why there is none.
read_table <- function(x, argument) {
  if (is.data.frame(x)) {
    return(as.data.frame(x))
  }
  if (!checkmate::test_string(x)) {
    return(unread(fault(argument, "wrong_type", "must be a data frame or the path of a file")))
  }
  if (!file.exists(x)) {
    return(unread(fault(argument, "missing_table", sprintf("there is no file %s", x))))
  }
  read <- table_readers[[tolower(tools::file_ext(x))]]
  if (is.null(read)) {
    return(unread(fault(argument, "wrong_type", sprintf("no reader for the file %s", x),
      remedy = sprintf("Files may end in %s.", toString(names(table_readers)))
    )))
  }
  table <- tryCatch(read(x), tte_error_missing_package = rlang::cnd_signal, error = identity)
  if (is.data.frame(table)) {
    return(as.data.frame(table))
  }
  unread(fault(argument, "wrong_type", sprintf("the file %s cannot be read as a table", x)))
}

unread <- function(fault) structure(list(fault = fault), class = "tte_unread")

table_readers <- list(
  csv = function(path) {
    utils::read.csv(path, check.names = FALSE, stringsAsFactors = FALSE, na.strings = c("NA", "", "."))
  },
  rds = function(path) readRDS(path),
  xpt = function(path) {
    need("haven", "reading a SAS transport file")
    haven::zap_formats(haven::read_xpt(path))
  },
  sas7bdat = function(path) {
    need("haven", "reading a SAS data set")
    haven::zap_formats(haven::read_sas(path))
  },
  parquet = function(path) {
    need("nanoparquet", "reading a parquet file")
    as.data.frame(nanoparquet::read_parquet(path))
  }
)

# The user's columns under the package's names; one of hers may serve under several names.
map_columns <- function(table, mapping) {
  if (length(mapping) == 0) {
    return(table)
  }
  kept <- table[setdiff(names(table), mapping)]
  kept[names(mapping)] <- table[unname(mapping)]
  kept
}

usable_mapping <- function(mapping, tables) is.null(mapping_faults(mapping, tables))

mapping_faults <- function(mapping, tables) {
  if (length(mapping) == 0) {
    return(NULL)
  }
  if (!is.list(mapping) || !checkmate::test_named(mapping, "unique")) {
    return(fault("mapping", "wrong_type", "must be a named list of named character vectors",
      remedy = "list(lesions = c(AVAL = \"diameter_mm\"))"
    ))
  }
  strangers <- setdiff(names(mapping), names(tables))
  rbind(
    fault(
      rep("mapping", length(strangers)), "missing_table", sprintf("maps %s, which is not given", strangers)
    ),
    do.call(rbind, unname(Map(function(name) {
      mapped_faults(mapping[[name]], name, names(tables[[name]]))
    }, intersect(names(mapping), names(tables)))))
  )
}

mapped_faults <- function(mapping, name, columns) {
  if (!checkmate::test_character(mapping, any.missing = FALSE, names = "unique")) {
    return(fault("mapping", "wrong_type", sprintf("that of %s must be a named character vector", name)))
  }
  absent <- setdiff(mapping, columns)
  twice <- setdiff(intersect(names(mapping), columns), mapping)
  rbind(
    fault(rep("mapping", length(absent)), "unknown_column", sprintf("%s has no such column", name), absent),
    fault(
      rep("mapping", length(twice)), "several_params",
      sprintf("%s has a column of this name already", name), twice
    )
  )
}
