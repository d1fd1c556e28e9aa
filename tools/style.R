# Is every R file formatted as styler would? Lists those that are not and fails.
#   Rscript tools/style.R [--write]      --write formats them
arguments <- commandArgs(TRUE)
dirs <- c("R", "tests/testthat", "tools", "bench")
files <- list.files(dirs, pattern = "[.]R$", recursive = TRUE, full.names = TRUE)
files <- setdiff(files, "R/RcppExports.R")
options(styler.quiet = TRUE, styler.cache_name = NULL)
write <- "--write" %in% arguments
result <- styler::style_file(files, dry = if (write) "off" else "on")
changed <- result$file[is.na(result$changed) | result$changed]
if (length(changed)) cat(paste0(changed, "\n"), sep = "")
quit(status = as.integer(length(changed) > 0 && !write))
