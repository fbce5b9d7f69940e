# Time one measure of pROC: Rscript stats_peers.R MEASURE DATA.csv. Prints what stats_peers.py prints.
suppressMessages(library(pROC))
arguments <- commandArgs(TRUE)
d <- read.csv(arguments[2])
curve <- function(x, ...) roc(d$truth, x, quiet = TRUE, direction = "<", levels = c(0, 1), ...)
measures <- list(
  paired = function() unname(roc.test(curve(d$a), curve(d$b), method = "delong")$statistic),
  interval = function() as.numeric(ci.auc(curve(d$a), method = "delong"))[2],
  partial = function() as.numeric(curve(d$a, partial.auc = c(1, 0.8), partial.auc.correct = TRUE)$auc),
  bootstrap = function()
    as.numeric(ci.auc(curve(d$a), method = "bootstrap", boot.n = 2000, boot.stratified = TRUE, progress = "none"))[1]
)
for (i in 1:4) {
  start <- as.numeric(Sys.time())
  value <- measures[[arguments[1]]]()
  cat(sprintf("%.9f %.15g\n", as.numeric(Sys.time()) - start, value))
  flush(stdout())
}
