// The portal's first page, until its screens are there.
document.title = 'Webhooks';
