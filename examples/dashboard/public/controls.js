const DELAY = 200;

// A slider and a number field for one setting. The server's value wins, unless the user is editing
// it.
export function bindNumber(name, onChange) {
  const slider = document.querySelector(`#${name}`);
  const field = document.querySelector(`#${name}-number`);
  let timer;
  let changing = false;

  const show = (value) => {
    slider.value = value;
    field.value = value;
    slider.style.setProperty('--part', `${(slider.value / slider.max) * 100}%`);
  };

  const change = (value) => {
    changing = true;
    clearTimeout(timer);
    timer = setTimeout(async () => {
      await onChange(value);
      changing = false;
    }, DELAY);
  };

  slider.addEventListener('input', () => {
    show(slider.value);
    change(Number(slider.value));
  });
  // An empty field means that the user is typing, not zero.
  field.addEventListener('input', () => {
    if (field.value !== '') {
      slider.value = field.value;
      slider.style.setProperty('--part', `${(slider.value / slider.max) * 100}%`);
      change(Number(field.value));
    }
  });

  return {
    limit(most) {
      slider.max = most;
      field.max = most;
    },
    update(value) {
      if (!changing && (document.activeElement !== field || field.value !== '')) {
        show(value);
      }
    },
  };
}
