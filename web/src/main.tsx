// The console's first page, until its screens are there.
document.title = 'Posthorn';
